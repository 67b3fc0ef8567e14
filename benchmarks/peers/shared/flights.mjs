// In charge of what the hand-written Node servers share: their schema, and the SQL behind it.
// Each asks only for the columns that the document names, in prepared statements.

export const typeDefs = `
  scalar DateTime

  type Query {
    flight(id: Int!): Flight
    flights(after: Int!, first: Int!): [Flight!]!
    delayedFlights(dest: String!, delay: Int!, first: Int!): FlightPage!
    planes(after: String!, first: Int!): [Plane!]!
    airlines(after: String!, first: Int!): [Airline!]!
    lateness(dest: String!, delay: Int!): Statistics!
    lateGroups(dest: String!, delay: Int!): [Group!]!
  }
  type FlightPage {
    totalCount: Int!
    nodes: [Flight!]!
  }
  type Statistics {
    count: Int!
    avg: Means!
    max: Extremes!
    sum: Sums!
  }
  type Group {
    key: Key!
    avg: Means!
    max: Extremes!
    sum: Sums!
  }
  type Key { carrier: String!  month: Int! }
  type Means { depDelay: Float  arrDelay: Float }
  type Extremes { arrDelay: Int }
  type Sums { distance: Float }
  type Flight {
    id: Int!
    year: Int!
    month: Int!
    day: Int!
    depTime: Int
    depDelay: Int
    arrTime: Int
    arrDelay: Int
    carrier: String!
    flight: Int!
    tailnum: String
    origin: String!
    dest: String!
    airTime: Int
    distance: Int!
    timeHour: DateTime!
    airline: Airline
    plane: Plane
  }
  type Plane {
    tailnum: String!
    model: String!
    flights(first: Int!): [Flight!]!
  }
  type Airline {
    carrier: String!
    name: String!
    flights(after: Int!, first: Int!): [Flight!]!
  }
`

// What a relation needs of its own row.
const KEYS = {
  airline: ['carrier'],
  plane: ['tailnum'],
  originAirport: ['origin'],
  weather: ['origin', 'timeHour']
}
// What is computed of late flights, whole or in groups.
const MEASURES = `avg(dep_delay)::float8 AS dep, avg(arr_delay)::float8 AS arr,
  max(arr_delay) AS most, sum(distance)::float8 AS miles`
const LATE = 'FROM flight WHERE dest = $1 AND dep_delay > $2'
const LISTS = { Airline: { flights: ['carrier'] }, Plane: { flights: ['tailnum'] } }

export class Flights {
  #pool
  #names = new Map()
  #columns = new WeakMap()

  constructor (pool) {
    this.#pool = pool
  }

  // --- Lists and rows by their arguments ---------------------------------------------------------

  async flight ({ id }, info) {
    const rows = await this.#rows(`SELECT ${this.#of(info)} FROM flight WHERE id = $1`, [id])
    return rows[0] ?? null
  }

  flights ({ after, first }, info) {
    return this.#rows(
      `SELECT ${this.#of(info)} FROM flight WHERE id > $1 ORDER BY id LIMIT $2`, [after, first])
  }

  async delayedFlights ({ dest, delay, first }, info) {
    const asked = fieldsOf(info.fieldNodes[0])
    const nodes = asked.find((field) => field.name.value === 'nodes')
    const [counted, rows] = await Promise.all([
      this.#rows(`SELECT count(*)::int AS n ${LATE}`, [dest, delay]),
      this.#rows(`SELECT ${this.#at(nodes, 'Flight')} ${LATE} ORDER BY id LIMIT $3`,
        [dest, delay, first])
    ])
    return { totalCount: counted[0].n, nodes: rows }
  }

  planes ({ after, first }, info) {
    return this.#rows(
      `SELECT ${this.#of(info)} FROM plane WHERE tailnum > $1 ORDER BY tailnum LIMIT $2`,
      [after, first])
  }

  airlines ({ after, first }, info) {
    return this.#rows(
      `SELECT ${this.#of(info)} FROM airline WHERE carrier > $1 ORDER BY carrier LIMIT $2`,
      [after, first])
  }

  async lateness ({ dest, delay }) {
    const [row] = await this.#rows(
      `SELECT count(*)::int AS count, ${MEASURES} ${LATE}`, [dest, delay])
    return { count: row.count, ...measuresOf(row) }
  }

  async lateGroups ({ dest, delay }) {
    const rows = await this.#rows(
      `SELECT carrier, month, ${MEASURES} ${LATE} GROUP BY carrier, month ORDER BY carrier, month`,
      [dest, delay])
    return rows.map((row) =>
      ({ key: { carrier: row.carrier, month: row.month }, ...measuresOf(row) }))
  }

  // --- Batches: an answer for each key, in their order -------------------------------------------

  airlinesBy (carriers, info) {
    return this.#byKey('airline', 'carrier', carriers, info)
  }

  planesBy (tailnums, info) {
    return this.#byKey('plane', 'tailnum', tailnums, info)
  }

  flightsOfPlanes (tailnums, { first }, info) {
    return this.#listsByKey('tailnum = key', tailnums, [first], info)
  }

  flightsOfAirlines (carriers, { first, after }, info) {
    return this.#listsByKey('carrier = key AND id > $3', carriers, [first, after], info)
  }

  async #byKey (table, key, keys, info) {
    const columns = withColumn(this.#of(info), key)
    const rows = await this.#rows(
      `SELECT ${columns} FROM ${table} WHERE ${key} = ANY($1)`, [[...new Set(keys)]])
    const found = new Map(rows.map((row) => [row[key], row]))
    return keys.map((value) => found.get(value) ?? null)
  }

  async #listsByKey (where, keys, values, info) {
    const columns = withColumn(this.#of(info), 'id')
    const rows = await this.#rows(
      `SELECT n::int, f.* FROM unnest($1::text[]) WITH ORDINALITY AS keys (key, n)
       CROSS JOIN LATERAL (
         SELECT ${columns} FROM flight WHERE ${where} ORDER BY flight.id LIMIT $2
       ) AS f ORDER BY n, f.id`, [keys, ...values])
    const lists = keys.map(() => [])
    for (const row of rows) lists[row.n - 1].push(row)
    return lists
  }

  // --- Statements ---------------------------------------------------------------------------------

  async #rows (text, values) {
    let name = this.#names.get(text)
    if (name === undefined) this.#names.set(text, name = `s${this.#names.size}`)
    return (await this.#pool.query({ name, text, values })).rows
  }

  #of (info) {
    const type = info.returnType.toString().replace(/[[\]!]/g, '')
    return this.#at(info.fieldNodes[0], type)
  }

  // The columns that a place in a document asks for; worked out once a document.
  #at (node, type) {
    let columns = this.#columns.get(node)
    if (columns === undefined) {
      const names = fieldsOf(node).map((field) => field.name.value)
      const needed = names.flatMap((name) => LISTS[type]?.[name] ?? KEYS[name] ?? [name])
      columns = [...new Set(needed)].map(aliased).join(', ')
      this.#columns.set(node, columns)
    }
    return columns
  }
}

function measuresOf ({ dep, arr, most, miles }) {
  return {
    avg: { depDelay: dep, arrDelay: arr },
    max: { arrDelay: most },
    sum: { distance: miles }
  }
}

function fieldsOf (node) {
  return node.selectionSet.selections
}

function aliased (name) {
  const column = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
  return column === name ? name : `${column} AS "${name}"`
}

function withColumn (columns, name) {
  return columns.split(', ').includes(name) ? columns : `${columns}, ${name}`
}
