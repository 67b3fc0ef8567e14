// A program whose documents are typed by the schema. What it must not be able to say is marked so: then
// the compiler has to refuse it.
import { request } from 'graphql-request';
import { graphql } from './gql/index.js';
import type { FlightOrder, NoteCreate, Ordering, WriteErrorCode } from './gql/graphql.js';

const Carriers = graphql(/* GraphQL */ `
  query FlightsCodegen($carrier: String!, $orderBy: [FlightOrder!]) {
    flights(where: { carrier: { eq: $carrier } }, orderBy: $orderBy, first: 2) {
      nodes {
        carrier
        timeHour
        aircraft: plane {
          manufacturer
        }
        originAirport {
          location {
            point
          }
        }
      }
      aggregate {
        sum {
          distance
        }
      }
    }
  }
`);

const Create = graphql(/* GraphQL */ `
  mutation CreateCodegen($input: NoteCreate!) {
    createNote(input: $input) {
      __typename
      ... on NoteWritten {
        note {
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
    }
  }
`);

const Delete = graphql(/* GraphQL */ `
  mutation DeleteCodegen($id: ID!) {
    deleteNote(id: $id) {
      __typename
    }
  }
`);

declare const process: { argv: string[] };
const [url = '', token = ''] = process.argv.slice(2);
const headers = { authorization: `Bearer ${token}` };

const down: Ordering = 'DESC';
const orderBy: FlightOrder[] = [{ depDelay: down }];
const { flights } = await request(url, Carriers, { carrier: 'UA', orderBy });
const first = flights?.nodes[0]; // a list is null where its store is away
if (!flights || !first) throw new Error('There is no flight.');
const moment: string = first.timeHour;
const latitude: number | undefined = first.originAirport?.location?.point?.latitude;
const sum: string | null | undefined = flights.aggregate.sum.distance;

async function written(input: NoteCreate): Promise<string | WriteErrorCode[]> {
  const { createNote } = await request(url, Create, { input }, headers);
  if (createNote?.__typename === 'WriteRefused') return createNote.errors.map(({ code }) => code);
  const note = createNote?.note;
  if (note) await request(url, Delete, { id: note.id }, headers);
  return note?.text ?? 'nothing';
}
const note = { author: 'author', text: 'typed', createdAt: moment };
const told = {
  carriers: flights.nodes.map(({ carrier }) => carrier),
  types: [typeof moment, typeof latitude, typeof sum],
  written: await written({ ...note, flight: { connect: { id: 1 } } }),
  refused: await written({ ...note, flight: { connect: { id: 999_999_999 } } }),
};
console.log(JSON.stringify(told));

export function unsayable(): unknown[] {
  // @ts-expect-error: no such direction
  const sideways: Ordering = 'SIDEWAYS';
  // @ts-expect-error: an order is one of these, not two
  const both: FlightOrder = { depDelay: 'ASC', arrDelay: 'ASC' };
  // @ts-expect-error: nor none
  const none: FlightOrder = {};
  // @ts-expect-error: a moment is a string
  const later: NoteCreate = { ...note, createdAt: 5 };
  // @ts-expect-error: what must be given
  const bare: NoteCreate = { author: 'author' };
  // @ts-expect-error: a variable that is no string
  const asked = request(url, Carriers, { carrier: 5 });
  // @ts-expect-error: what is not asked for is not there
  return [sideways, both, none, later, bare, asked, first?.dest];
}
