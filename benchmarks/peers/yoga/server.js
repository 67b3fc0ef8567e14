// GraphQL Yoga on Node's own server; its cache of parsed and validated documents is on by default.

import { createServer } from 'node:http'
import DataLoader from 'dataloader'
import { GraphQLScalarType } from 'graphql'
import { createSchema, createYoga } from 'graphql-yoga'
import pg from 'pg'

import { Flights, typeDefs } from '../shared/flights.mjs'
import { resolversOf } from '../shared/resolvers.mjs'

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 })
const DateTime = new GraphQLScalarType({ name: 'DateTime', serialize: (date) => date.toISOString() })
const yoga = createYoga({
  schema: createSchema({
    typeDefs,
    resolvers: resolversOf(new Flights(pool), DataLoader, DateTime)
  }),
  context: () => ({ loaders: new Map() }),
  graphiql: false,
  landingPage: false,
  logging: false
})

createServer(yoga).listen(Number(process.env.PORT), '127.0.0.1')
