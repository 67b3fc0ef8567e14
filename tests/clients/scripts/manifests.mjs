// Asks the server at the URL given, as three clients do, and prints what each got and sent, as JSON.
import { readFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, gql } from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { generatePersistedQueryIdsFromManifest } from '@apollo/persisted-query-lists';

const [url, way, by] = process.argv.slice(2);
const variables = { carrier: 'UA' };
const sent = [];
const fetching = async (to, init) => {
  sent.push(init.method + (init.body?.includes('"query":"') || to.includes('query=') ? ' text' : ''));
  return fetch(to, init);
};

// Apollo Client, by automatic persisted queries, or by the ids of its manifest.
const apollo = async () => {
  const text = readFileSync('app/apollo/flights.graphql', 'utf8');
  const options =
    way === 'apq'
      ? { sha256: (query) => createHash('sha256').update(query).digest('hex') }
      : generatePersistedQueryIdsFromManifest({
          loadManifest: async () => JSON.parse(readFileSync('trusted/apollo.json', 'utf8')),
        });
  const link = ApolloLink.from([
    new PersistedQueryLink({ ...options, useGETForHashedQueries: by !== 'POST' }),
    new HttpLink({ uri: url, fetch: fetching }),
  ]);
  const client = new ApolloClient({ link, cache: new InMemoryCache() });
  const asked = { query: gql(text), variables, fetchPolicy: 'no-cache' };
  const first = await client.query(asked);
  await client.query(asked);
  return first.data.flights.nodes.map((node) => node.carrier);
};

const posted = async (body) => {
  const headers = { 'content-type': 'application/json', accept: 'application/graphql-response+json' };
  const answer = await fetching(url, { method: 'POST', headers, body: JSON.stringify(body) });
  return (await answer.json()).data.flights.nodes.map((node) => node.carrier);
};

// As the network layer in Relay's documentation sends a compiled operation.
const relay = async () => {
  const compiled = await import('./app/relay/__generated__/FlightsRelayQuery.graphql.js');
  const { id, text } = compiled.default.params;
  return posted({ doc_id: id, query: text, variables });
};

// As graphql-codegen's documentation has a client send its document's hash.
const codegen = async () => {
  const [hash] = /(?<=FlightsCodegenDocument = .*"hash":")[^"]+/.exec(readFileSync('app/codegen/gql/graphql.ts', 'utf8'));
  const byExtension = { extensions: { persistedQuery: { version: 1, sha256Hash: hash } } };
  await posted({ ...byExtension, variables });
  return posted({ documentId: hash, variables });
};

const ways = way === 'apq' ? { apollo } : { apollo, relay, codegen };
const told = {};
for (const [name, ask] of Object.entries(ways)) {
  told[name] = { carriers: await ask(), sent: sent.splice(0) };
}
console.log(JSON.stringify(told));
