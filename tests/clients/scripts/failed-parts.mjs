// Apollo Client and urql before parts that fail as a whole: what came before them is still there, and their errors are told.
import './counted.mjs';
import './piecewise.mjs';
import { gql } from '@apollo/client';
import { Defer20220824Handler } from '@apollo/client/incremental';
import { apollo } from './apollo.js';
import { urql } from './urql.js';

const url = process.argv[2];
const DOCUMENTS = {
  defer: `query Missing { books(first: 1) { nodes { nodeId title ... @defer { missing } } } }`,
  stream: `query Failing { failing @stream(initialCount: 1) }`,
};
const wanted = { url, token: () => '', renew: async () => false };
const ask = {
  today: (query) => last(apollo(wanted), query),
  2022: (query) => last(apollo({ ...wanted, incrementalHandler: new Defer20220824Handler() }), query),
  urql: (query) =>
    new Promise((resolve) => {
      urql(wanted)
        .query(query, {})
        .subscribe(({ data, error, hasNext }) => hasNext || resolve({ data, errors: error?.graphQLErrors }));
    }),
};

const last = (client, query) =>
  new Promise((resolve, reject) => {
    client.watchQuery({ query: gql(query), fetchPolicy: 'no-cache', errorPolicy: 'all' }).subscribe({
      next: ({ data, error }) => error && resolve({ data, errors: error.errors }),
      error: reject,
    });
  });

const told = {};
for (const [name, asking] of Object.entries(ask)) {
  told[name] = {};
  for (const [what, query] of Object.entries(DOCUMENTS)) {
    const { data, errors } = await asking(query);
    const shown = data.books ? data.books.nodes.map(({ title, missing }) => [title, missing ?? null]) : data.failing;
    told[name][what] = [shown, errors?.map(({ path, extensions }) => [path.join('.'), extensions.code])];
  }
}
console.log(JSON.stringify(told));
process.exit(0);
