// Apollo Server on its Fastify integration, the fastest that it has; documents are cached by default.

import { ApolloServer } from '@apollo/server'
import fastifyApollo, { fastifyApolloDrainPlugin } from '@as-integrations/fastify'
import DataLoader from 'dataloader'
import Fastify from 'fastify'
import { GraphQLScalarType } from 'graphql'
import pg from 'pg'

import { Flights, typeDefs } from '../shared/flights.mjs'
import { resolversOf } from '../shared/resolvers.mjs'

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 })
const DateTime = new GraphQLScalarType({ name: 'DateTime', serialize: (date) => date.toISOString() })
const app = Fastify()
const server = new ApolloServer({
  typeDefs,
  resolvers: resolversOf(new Flights(pool), DataLoader, DateTime),
  introspection: false,
  plugins: [fastifyApolloDrainPlugin(app)]
})

await server.start()
await app.register(fastifyApollo(server), { context: async () => ({ loaders: new Map() }) })
await app.listen({ host: '127.0.0.1', port: Number(process.env.PORT) })
