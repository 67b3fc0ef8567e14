// urql's subscriptions, by each of the three ways that it has.
import './counted.mjs';
import { Client, fetchExchange, gql, subscriptionExchange } from '@urql/core';
import { createClient as events } from 'graphql-sse';
import { urql } from './urql.js';

const [url, token] = process.argv.slice(2);
const headers = { 'GraphQL-Preflight': '1', authorization: `Bearer ${token}` };
const source = events({ url, headers });
const clients = {
  'graphql-ws': urql({ url, token: () => token }),
  'graphql-sse': new Client({
    url,
    exchanges: [
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: ({ query, variables }) => ({
          subscribe: (sink) => ({ unsubscribe: source.subscribe({ query, variables }, sink) }),
        }),
      }),
    ],
  }),
  fetch: new Client({ url, exchanges: [fetchExchange], fetchSubscriptions: true, fetchOptions: { headers }, preferGetMethod: false }),
};
const COUNT = gql`subscription ($to: Int!) { count(to: $to) }`;

// The first events. At the end of a stream urql tells the last of them once more.
const heard = (client, document, variables, most) =>
  new Promise((resolve) => {
    const all = [];
    let last = {};
    const { unsubscribe } = client.subscription(document, variables).subscribe(({ data, error }) => {
      if (data !== last.data || error?.message !== last.error?.message) {
        all.push(data ?? error.graphQLErrors.map((each) => each.extensions.code));
      }
      last = { data, error };
      if (all.length === most) queueMicrotask(() => resolve(all, unsubscribe()));
    });
  });
const told = {};
for (const [name, client] of Object.entries(clients)) {
  told[name] = {
    counted: await heard(client, COUNT, { to: 3 }, 3),
    who: await heard(client, gql`subscription { asking(name: "urql") }`, {}, 1),
    wrong: await heard(client, gql`subscription { nope }`, {}, 1),
  };
}
console.log(JSON.stringify(told));
process.exit(0);
