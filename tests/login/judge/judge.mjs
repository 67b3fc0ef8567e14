/* oidc-provider as an issuer for one client: node judge.mjs '{"url": …, "client": …, "people": …}' */
import { generateKeyPairSync } from 'node:crypto';
import Provider from 'oidc-provider';

const { url, audience, client, people, seconds } = JSON.parse(process.argv[2]);

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const key = { ...privateKey.export({ format: 'jwk' }), kid: 'judge', use: 'sig', alg: 'RS256' };
const lifetimes = { Grant: 3600, Session: 3600, RefreshToken: 3600, Interaction: 600 };

const provider = new Provider(url, {
  clients: [client],
  jwks: { keys: [key] },
  cookies: { keys: ['for tests only'] },
  claims: { openid: ['sub', 'roles'], profile: ['name'] },
  conformIdTokenClaims: false,
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...people[id] }) }),
  extraTokenClaims: (_, { accountId }) => {
    const { roles, permissions, airline } = people[accountId];
    return { roles, permissions, airline };
  },
  issueRefreshToken: () => true,
  rotateRefreshToken: true,
  // Its own dispatcher refuses addresses of this machine, where the client of a test is.
  fetch: (address, { dispatcher: _, ...options }) => fetch(address, options),
  pkce: { required: () => true },
  ttl: { ...lifetimes, AccessToken: seconds, IdToken: seconds },
  features: {
    backchannelLogout: { enabled: true },
    revocation: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => audience,
      useGrantedResource: () => true,
      getResourceServerInfo: () => ({
        scope: '',
        audience,
        accessTokenFormat: 'jwt',
        accessTokenTTL: seconds,
        jwt: { sign: { alg: 'RS256' } },
      }),
    },
  },
});
provider.on('server_error', (_, error) => console.log(error));
provider.on('grant.error', (_, error) => console.log('refused', error.message, error.error_detail));
provider.on('grant.success', ({ oidc }) => console.log('granted', oidc.params.grant_type));
provider.on('refresh_token.destroyed', () => console.log('given back'));
provider.on('revocation.error', (_, error) => console.log('refused', error.message));
provider.on('backchannel.error', (_, error) => console.log('not told', error.message));
provider.on('backchannel.success', () => console.log('told'));

const { hostname, port } = new URL(url);
provider.listen(Number(port), hostname, () => console.log('ready'));
