// Apollo Client beside a server that answers batches and subscriptions: what each link gets.
import { noted } from './counted.mjs';
import { gql } from '@apollo/client';
import { BatchHttpLink } from '@apollo/client/link/batch-http';
import { firstValueFrom, map, take, toArray } from 'rxjs';
import { apollo } from './apollo.js';

const [url, token] = process.argv.slice(2);
const told = {};
const wanted = { url, token: () => token, renew: async () => false };

// Persisted queries that go by POST, as a batch does.
const batching = apollo({ ...wanted, byGet: false, last: new BatchHttpLink({ uri: url, batchInterval: 20 }) });
const HOURS = gql`query Hours { openingHours }`;
const WHO = gql`query Who { who }`;
const WRONG = gql`query Wrong { nope }`;
const answers = await Promise.allSettled(
  [HOURS, WHO, WRONG].map((query) => batching.query({ query, fetchPolicy: 'no-cache' })),
);
told.batch = answers.map(({ value, reason }) => value?.data ?? reason.errors?.map((each) => each.extensions.code) ?? `${reason}`);
told.sent = noted();

const client = apollo(wanted);
const BOOKS = gql`
  subscription Books($titles: [String!]!) {
    books(titles: $titles) {
      nodeId
      ...Title
    }
  }

  fragment Title on Book {
    title
  }
`;
const heard = client.subscribe({ query: BOOKS, variables: { titles: JSON.parse(process.argv[4]) } });
told.books = await firstValueFrom(heard.pipe(map(({ data }) => data.books.title), toArray()));
const asking = client.subscribe({ query: gql`subscription { asking(name: "apollo") }` });
told.who = await firstValueFrom(asking.pipe(take(1), map(({ data }) => data.asking)));
// The socket is closed for a token that is no good, and opened again with the next one.
const tokens = [`${token.slice(0, -8)}AAAAAAAA`, token];
const renewing = apollo({ ...wanted, token: () => (tokens.length > 1 ? tokens.shift() : tokens[0]) });
const renewed = renewing.subscribe({ query: gql`subscription { asking(name: "renewed") }` });
told.renewed = await firstValueFrom(renewed.pipe(take(1), map(({ data }) => data?.asking)));
const failing = client.subscribe({ query: gql`subscription { nope }` });
told.wrong = await firstValueFrom(failing.pipe(map(({ error }) => error.errors.map((each) => each.extensions.code))));
console.log(JSON.stringify(told));
process.exit(0);
