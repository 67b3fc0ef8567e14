// urql before answers in parts: as docs/clients.md sets it up, by events, and as it asks by itself.
import './counted.mjs';
import './piecewise.mjs';
import { Client, fetchExchange, gql } from '@urql/core';
import { DOCUMENTS } from './parts.mjs';
import { urql } from './urql.js';
import { same, whole } from './whole.mjs';

const url = process.argv[2];

/** All that is shown of one document, until there is no more. */
const shown = (client, query) =>
  new Promise((resolve) => {
    let first;
    client.query(gql(query), {}).subscribe((result) => {
      first ??= result.data;
      if (!result.hasNext) queueMicrotask(() => resolve({ ...result, first }));
    });
  });

const told = {};
const clients = {
  shown: () => urql({ url, token: () => '' }),
  events: () =>
    new Client({
      url,
      exchanges: [fetchExchange],
      preferGetMethod: false,
      fetchOptions: { headers: { accept: 'text/event-stream;deferSpec=20220824' } },
    }),
  itself: () => new Client({ url, exchanges: [fetchExchange], preferGetMethod: false }),
};
for (const [name, made] of Object.entries(clients)) {
  told[name] = {};
  for (const [what, query] of Object.entries(DOCUMENTS)) {
    const { data, error, first } = await shown(made(), query);
    const expected = await whole(url, query);
    told[name][what] = {
      same: same(data, expected.data),
      codes: [error?.graphQLErrors.map((each) => each.extensions.code) ?? [], expected.codes],
      meanwhile: !same(first, data),
    };
  }
}
console.log(JSON.stringify(told));
process.exit(0);
