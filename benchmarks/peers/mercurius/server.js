// Mercurius on Fastify, with graphql-jit from a document's second use on, and its own loaders.

import Fastify from 'fastify'
import { GraphQLScalarType } from 'graphql'
import { Redis } from 'ioredis'
import mercurius from 'mercurius'
import { MongoClient } from 'mongodb'
import pg from 'pg'

import { Flights, typeDefs } from '../shared/flights.mjs'
import { Documents, placeOf } from './documents.js'

const { DATABASE_URL, MONGO_URL, PORT, REDIS_PATH } = process.env
const flights = new Flights(new pg.Pool({ connectionString: DATABASE_URL, max: 10 }))
const mongo = await new MongoClient(MONGO_URL).connect()
const documents = new Documents(mongo.db(), new Redis({ path: REDIS_PATH }))

const schema = `${typeDefs}
  extend type Flight { originAirport: Airport  weather: Weather }
  type Airport { name: String!  location: Location! }
  type Location { altitude: Int! }
  type Weather { temperature: Temperature  visibility: Float }
  type Temperature { air: Float }
`

const resolvers = {
  DateTime: new GraphQLScalarType({ name: 'DateTime', serialize: (date) => date.toISOString() }),
  Query: {
    flight: (_, args, context, info) => flights.flight(args, info),
    flights: (_, args, context, info) => flights.flights(args, info),
    delayedFlights: (_, args, context, info) => flights.delayedFlights(args, info),
    planes: (_, args, context, info) => flights.planes(args, info),
    airlines: (_, args, context, info) => flights.airlines(args, info),
    lateness: (_, args) => flights.lateness(args),
    lateGroups: (_, args) => flights.lateGroups(args)
  }
}

const loaders = {
  Flight: {
    airline: loader(({ carrier }) => carrier,
      (carriers, args, info) => flights.airlinesBy(carriers, info)),
    plane: loader(({ tailnum }) => tailnum,
      (tailnums, args, info) => flights.planesBy(tailnums, info)),
    originAirport: loader(({ origin }) => origin, (codes) => documents.airports(codes)),
    weather: loader(({ origin, timeHour }) => placeOf(origin, timeHour),
      (places) => documents.weather(places))
  },
  Plane: {
    flights: loader(({ tailnum }) => tailnum,
      (tailnums, args, info) => flights.flightsOfPlanes(tailnums, args, info))
  },
  Airline: {
    flights: loader(({ carrier }) => carrier,
      (carriers, args, info) => flights.flightsOfAirlines(carriers, args, info))
  }
}

// Answers each place in the document by one batch: arguments and columns are the same there.
function loader (keyOf, batch) {
  async function answered (queries) {
    const places = new Map()
    queries.forEach(({ info }, at) => {
      const place = places.get(info.fieldNodes[0])
      place === undefined ? places.set(info.fieldNodes[0], [at]) : place.push(at)
    })
    const answers = new Array(queries.length)
    await Promise.all([...places.values()].map(async (ats) => {
      const { params, info } = queries[ats[0]]
      const values = await batch(ats.map((at) => keyOf(queries[at].obj)), params, info)
      ats.forEach((at, nth) => { answers[at] = values[nth] })
    }))
    return answers
  }
  return { loader: answered, opts: { cache: false } }
}

const app = Fastify()
await app.register(mercurius, { schema, resolvers, loaders, jit: 1, graphiql: false })
await app.listen({ host: '127.0.0.1', port: Number(PORT) })
