// PostGraphile 5 on Node's own server, with filters, aggregates, and the foreign key that the tables
// lack.

import { createServer } from 'node:http'
import { PgAggregatesPreset } from '@graphile/pg-aggregates'
import { grafserv } from 'postgraphile/grafserv/node'
import { makePgService } from 'postgraphile/adaptors/pg'
import { postgraphile } from 'postgraphile'
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber'
import { PostGraphileConnectionFilterPreset } from 'postgraphile-plugin-connection-filter'
import { jsonPgSmartTags } from 'postgraphile/utils'

const preset = {
  extends: [PostGraphileAmberPreset, PostGraphileConnectionFilterPreset, PgAggregatesPreset],
  plugins: [
    // Not every flight's tail number is in the register, so no constraint could say it. And groups
    // are by indexed columns only, unless it is told otherwise.
    jsonPgSmartTags({
      version: 1,
      config: {
        class: { flight: { tags: { foreignKey: '(tailnum) references plane (tailnum)' } } },
        attribute: { 'flight.month': { tags: { isIndexed: true } } }
      }
    })
  ],
  pgServices: [
    makePgService({
      connectionString: process.env.DATABASE_URL,
      schemas: ['public'],
      poolConfig: { max: 10 }
    })
  ],
  grafserv: { graphiql: false, watch: false, websockets: false },
  grafast: { explain: false }
}

const server = createServer()
server.on('error', (error) => { throw error })
await postgraphile(preset).createServ(grafserv).addTo(server)
server.listen(Number(process.env.PORT), '127.0.0.1')
