// Apollo Client before answers in parts, in each of the two ways that it reads, and by a socket: what it shows meanwhile, and in the end.
import './counted.mjs';
import './piecewise.mjs';
import { ApolloClient, InMemoryCache, gql } from '@apollo/client';
import { Defer20220824Handler, GraphQL17Alpha9Handler } from '@apollo/client/incremental';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { createClient } from 'graphql-ws';
import { apollo } from './apollo.js';
import { DOCUMENTS } from './parts.mjs';
import { same, whole } from './whole.mjs';

const url = process.argv[2];
const kinds = [];
const fetching = globalThis.fetch;
globalThis.fetch = async (...asked) => {
  const answer = await fetching(...asked);
  kinds.push(answer.headers.get('content-type'));
  return answer;
};

/** All that is shown of one document, until it is complete. */
const shown = (client, query) =>
  new Promise((resolve, reject) => {
    const states = [];
    let first;
    const asking = client.watchQuery({ query: gql(query), fetchPolicy: 'network-only', errorPolicy: 'all' });
    asking.subscribe({
      next: ({ data, error, dataState, loading, networkStatus }) => {
        states.push(dataState);
        if (dataState !== 'empty') first ??= data;
        if (!loading && dataState !== 'empty' && networkStatus >= 7) resolve({ data, error, states, first });
      },
      error: reject,
    });
  });

const told = {};
const wanted = { url, token: () => '', renew: async () => false };
const socket = createClient({ url: url.replace(/^http/, 'ws') });
const clients = {
  today: () => apollo(wanted),
  2022: () => apollo({ ...wanted, incrementalHandler: new Defer20220824Handler() }),
  socket: () =>
    new ApolloClient({
      link: new GraphQLWsLink(socket),
      cache: new InMemoryCache({ dataIdFromObject: ({ nodeId }) => nodeId }),
      incrementalHandler: new GraphQL17Alpha9Handler(),
    }),
};
for (const [name, made] of Object.entries(clients)) {
  told[name] = {};
  for (const [what, query] of Object.entries(DOCUMENTS)) {
    const { data, error, states, first } = await shown(made(), query);
    const expected = await whole(url, query);
    told[name][what] = {
      same: same(data, expected.data),
      codes: [error?.errors?.map((each) => each.extensions.code) ?? [], expected.codes],
      meanwhile: !same(first, data),
      states: [...new Set(states)],
      kind: kinds.filter((kind) => kind?.startsWith('multipart')).at(-1)?.split('; ').at(-1),
    };
    kinds.length = 0;
  }
}
console.log(JSON.stringify(told));
process.exit(0);
