// urql as docs/clients.md sets it up, before the sample: by hash, by GET, by POST, and what goes wrong.
import { noted } from './counted.mjs';
import { Client, fetchExchange, gql } from '@urql/core';
import { urql } from './urql.js';

const [url, token] = process.argv.slice(2);
const client = urql({ url, token: () => token });
const told = {};

const FLIGHTS = gql`
  query Flights($carrier: String!) {
    flights(where: { carrier: { eq: $carrier } }, first: 2) {
      nodes {
        nodeId
        ...Carrier
      }
    }
  }

  fragment Carrier on Flight {
    carrier
  }
`;
const carriers = async (asking, options) => {
  const { data, error } = await asking.query(FLIGHTS, { carrier: 'UA' }, options).toPromise();
  if (error) throw error;
  return data.flights.nodes.map(({ carrier }) => carrier);
};
told.hashed = [await carriers(client), await carriers(client), await carriers(client, { requestPolicy: 'network-only' })];
told.hashedSent = noted();

const plain = (preferGetMethod) =>
  new Client({ url, preferGetMethod, exchanges: [fetchExchange], fetchOptions: { headers: { 'GraphQL-Preflight': '1' } } });
told.plain = {};
for (const way of ['force', true, 'within-url-limit', false]) {
  told.plain[way] = [await carriers(plain(way)), noted()].flat();
}

const CREATE = gql`
  mutation ($input: NoteCreate!) {
    createNote(input: $input) {
      ... on NoteWritten {
        note {
          id
          nodeId
          text
        }
      }
      ... on WriteRefused {
        errors {
          code
        }
      }
    }
  }
`;
const DELETE = gql`mutation ($id: ID!) { deleteNote(id: $id) { __typename } }`;
const input = { flightId: 1, author: 'author', text: "urql's", createdAt: '2026-01-02T03:04:05Z' };
const created = await client.mutation(CREATE, { input }).toPromise();
told.created = created.data.createNote.note.text;
const gone = await client.mutation(DELETE, { id: created.data.createNote.note.id }).toPromise();
told.gone = gone.data.deleteNote.__typename;

const codes = ({ error }) => [error.response.status, ...error.graphQLErrors.map((each) => each.extensions.code)];
told.partial = await client.query(gql`{ planes(first: 1) { nodes { nodeId manufacturer engines } } }`, {}).toPromise();
told.partial = [typeof told.partial.data.planes.nodes[0].manufacturer, codes(told.partial)].flat();
told.wrong = codes(await client.query(gql`{ nope }`, {}).toPromise());
const stranger = urql({ url, token: () => `${token.slice(0, -8)}AAAAAAAA` });
told.stranger = codes(await stranger.query(FLIGHTS, { carrier: 'UA' }).toPromise());
console.log(JSON.stringify(told));
process.exit(0);
