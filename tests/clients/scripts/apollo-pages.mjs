// Apollo Client as docs/clients.md sets it up: pages in both directions, writes, and what goes wrong.
import { noted } from './counted.mjs';
import { gql } from '@apollo/client';
import { filter, firstValueFrom } from 'rxjs';
import { apollo } from './apollo.js';

const [url, fresh] = process.argv.slice(2);
let token = `${fresh.slice(0, -8)}AAAAAAAA`; // its signature is not the issuer's
const renew = async () => {
  token = fresh;
  return true;
};
const client = apollo({ url, token: () => token, renew });
const told = {};

const FLIGHTS = gql`
  query Flights($first: Int, $after: String, $last: Int, $before: String) {
    flights(
      where: { carrier: { eq: "UA" } }
      orderBy: [{ depDelay: DESC }]
      first: $first
      after: $after
      last: $last
      before: $before
    ) {
      edges {
        cursor
        node {
          nodeId
          ...Delay
        }
      }
      pageInfo {
        hasNextPage
        hasPreviousPage
        startCursor
        endCursor
      }
    }
  }

  fragment Delay on Flight {
    flight
    depDelay
    plane {
      nodeId
      manufacturer
    }
  }
`;

// What is to come of it, asked for at once; by a client of its own, for this one remembers.
const other = apollo({ url, token: () => fresh, renew });
const whole = (await other.query({ query: FLIGHTS, variables: { first: 15 } })).data.flights.edges;
noted();

const watched = client.watchQuery({ query: FLIGHTS, variables: { first: 3, after: whole[5].cursor } });
watched.subscribe(() => {});
/** What the watcher is told, once it has so many. */
const shown = async (count) => {
  const enough = filter(({ data }) => data?.flights?.edges.length === count);
  return (await firstValueFrom(watched.pipe(enough))).data.flights;
};
let page = await shown(3);
told.renewed = noted();
for (const count of [6, 9]) {
  await watched.fetchMore({ variables: { first: 3, after: page.pageInfo.endCursor } });
  page = await shown(count);
}
for (const count of [12, 15]) {
  const { startCursor } = page.pageInfo;
  await watched.fetchMore({ variables: { first: null, after: null, last: 3, before: startCursor } });
  page = await shown(count);
}
const ids = (edges) => edges.map(({ node }) => node.nodeId);
told.pages = {
  same: JSON.stringify(ids(page.edges)) === JSON.stringify(ids(whole)),
  more: [page.pageInfo.hasPreviousPage, page.pageInfo.hasNextPage],
  sent: noted(),
};

// A flight that is known by its nodeId is known, by whichever field it comes.
const known = client.readFragment({ id: whole[0].node.nodeId, fragment: gql`fragment Known on Flight { depDelay }` });
told.known = known.depDelay === whole[0].node.depDelay;
told.keys = Object.keys(client.cache.extract()).filter((key) => key.includes(':') || key === 'undefined');

const FIELDS = `
  __typename
  ... on NoteWritten {
    note {
      nodeId
      id
      text
    }
  }
  ... on WriteRefused {
    errors {
      code
      path
    }
  }
`;
const CREATE = gql`mutation Create($input: NoteCreate!) { createNote(input: $input) { ${FIELDS} } }`;
const UPDATE = gql`mutation Update($id: ID!, $text: String!) { updateNote(id: $id, input: { text: $text }) { ${FIELDS} } }`;
const DELETE = gql`mutation Delete($id: ID!) { deleteNote(id: $id) { ${FIELDS} } }`;

const mutated = async (mutation, variables) => (await client.mutate({ mutation, variables })).data;
const input = { author: 'author', text: 'as it was', createdAt: '2026-01-02T03:04:05Z' };
const absent = { ...input, flight: { connect: { id: 999_999_999 } } };
told.refused = (await mutated(CREATE, { input: absent })).createNote;
const { note } = (await mutated(CREATE, { input: { ...input, flightId: 1 } })).createNote;
const NOTE = gql`query Note($nodeId: ID!) { node(id: $nodeId) { nodeId ... on Note { text } } }`;
const read = async () => (await client.query({ query: NOTE, variables: { nodeId: note.nodeId } })).data.node.text;
told.note = [await read()];
await mutated(UPDATE, { id: note.id, text: 'as it is' });
noted();
told.note.push(await read(), noted().length);
told.gone = (await mutated(DELETE, { id: note.id })).deleteNote.__typename;

// One field is not for this person: its place is null, and the rest is there.
const PARTIAL = gql`query Partial { planes(first: 1) { nodes { nodeId manufacturer engines } } airlines(first: 1) { nodes { nodeId name } } }`;
const partial = await client.query({ query: PARTIAL, errorPolicy: 'all' });
told.partial = {
  engines: partial.data.planes.nodes[0].engines,
  others: [partial.data.planes.nodes[0].manufacturer, partial.data.airlines.nodes[0].name].map((each) => typeof each),
  codes: partial.error.errors.map(({ extensions }) => extensions.code),
};
const strict = await client.query({ query: PARTIAL, fetchPolicy: 'network-only' }).catch((error) => error);
told.strict = strict.errors?.map(({ extensions }) => extensions.code);
const wrong = await client.query({ query: gql`query { nope }` }).catch((error) => error);
told.wrong = wrong.errors?.map(({ extensions }) => extensions.code);
watched.stop?.();
client.stop();
console.log(JSON.stringify(told));
process.exit(0);
