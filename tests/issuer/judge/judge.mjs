// In charge of signing in by openid-client, which checks all that OpenID Connect has a client check.
// Prints a JSON object: what each step came to.

import * as jose from "jose";
import * as oauth from "oauth4webapi";
import * as client from "openid-client";

const [origin, person] = process.argv.slice(2);
const issuer = new URL(`${origin}/issuer`);
const callback = `${origin}/auth/callback`;
const config = await client.discovery(issuer, "bigraph", undefined, client.None(), {
  execute: [client.allowInsecureRequests],
});
client.enableNonRepudiationChecks(config);
const server = config.serverMetadata();

// What a person does: opens the page, and clicks on somebody.
async function signedIn(more = {}) {
  const verifier = client.randomPKCECodeVerifier();
  const checks = { expectedState: client.randomState(), expectedNonce: client.randomNonce() };
  const address = client.buildAuthorizationUrl(config, {
    redirect_uri: callback,
    scope: "openid profile offline_access",
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    state: checks.expectedState,
    nonce: checks.expectedNonce,
    ...more,
  });
  const page = await fetch(address, { redirect: "manual" });
  if (page.status !== 200) {
    return { back: new URL(page.headers.get("location")), verifier, checks };
  }
  const form = new URLSearchParams({ query: address.search.slice(1), person });
  const chosen = await fetch(`${issuer}/login`, { method: "POST", body: form, redirect: "manual" });
  return { back: new URL(chosen.headers.get("location")), verifier, checks };
}

function redeemed({ back, verifier, checks }) {
  return client.authorizationCodeGrant(config, back, {
    pkceCodeVerifier: verifier,
    idTokenExpected: true,
    ...checks,
  });
}

// The error's code, or its name, if there is one.
async function refusal(work) {
  try {
    await work();
    return null;
  } catch (error) {
    return error.error ?? error.code ?? error.name;
  }
}

const said = {};

const visit = await signedIn();
const tokens = await redeemed(visit);
said.claims = tokens.claims();
said.expires = tokens.expiresIn();

// RFC 9068, as a resource server checks it.
const request = new Request(`${origin}/graphql`, {
  headers: { authorization: `Bearer ${tokens.access_token}` },
});
said.access = await oauth.validateJwtAccessToken(server, request, `${origin}/graphql`, {
  [oauth.allowInsecureRequests]: true,
});

const fresh = await client.refreshTokenGrant(config, tokens.refresh_token);
said.refreshed = fresh.claims();

said.replayedCode = await refusal(() => redeemed(visit));
said.endedByIt = await refusal(() => client.refreshTokenGrant(config, fresh.refresh_token));
said.otherVerifier = await refusal(async () => {
  const other = await signedIn();
  await redeemed({ ...other, verifier: client.randomPKCECodeVerifier() });
});
said.withoutIssuer = await refusal(async () => {
  const other = await signedIn();
  other.back.searchParams.delete("iss");
  await redeemed(other);
});
said.otherNonce = await refusal(async () => {
  const other = await signedIn();
  await redeemed({ ...other, checks: { ...other.checks, expectedNonce: "another" } });
});
said.noPrompt = await refusal(async () => redeemed(await signedIn({ prompt: "none" })));

// The end: where the browser is led, and that the ID token's keys are those that are published.
const keys = jose.createRemoteJWKSet(new URL(server.jwks_uri));
await jose.jwtVerify(tokens.id_token, keys, { issuer: issuer.href, audience: "bigraph" });
const leave = client.buildEndSessionUrl(config, {
  id_token_hint: tokens.id_token,
  post_logout_redirect_uri: `${origin}/`,
  state: "left",
});
const left = await fetch(leave, { redirect: "manual" });
said.left = left.headers.get("location");

console.log(JSON.stringify(said));
