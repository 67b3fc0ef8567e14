// In charge of MongoDB's documents behind Redis: found there in one MGET, else read and put there.

const SECONDS = 60

export class Documents {
  #mongo
  #redis

  constructor (mongo, redis) {
    this.#mongo = mongo
    this.#redis = redis
  }

  // An airport for each code.
  airports (codes) {
    return this.#cached('airport', codes, async (missing) => {
      const found = await this.#mongo.collection('airports')
        .find({ _id: { $in: missing } }, { projection: { name: 1, 'location.altitude': 1 } })
        .toArray()
      return new Map(found.map((airport) => [airport._id, airport]))
    })
  }

  // What was observed at each origin and hour, given as "EWR|2013-01-01T06:00:00.000Z". Not by $or,
  // for which SecantusDB reads the whole collection; the few pairs too many are not looked at.
  weather (places) {
    return this.#cached('weather', places, async (missing) => {
      const wanted = missing.map((place) => place.split('|'))
      const origins = [...new Set(wanted.map(([origin]) => origin))]
      const hours = [...new Set(wanted.map(([, hour]) => hour))].map((hour) => new Date(hour))
      const projection = { _id: 0, origin: 1, time_hour: 1, 'temperature.air': 1, visibility: 1 }
      const found = await this.#mongo.collection('weather')
        .find({ time_hour: { $in: hours }, origin: { $in: origins } }, { projection }).toArray()
      return new Map(found.map((seen) => [placeOf(seen.origin, seen.time_hour), seen]))
    })
  }

  async #cached (kind, keys, read) {
    const distinct = [...new Set(keys)]
    const kept = await this.#redis.mget(distinct.map((key) => `${kind}:${key}`))
    const values = new Map()
    const missing = distinct.filter((key, at) =>
      kept[at] === null || !values.set(key, JSON.parse(kept[at])))
    if (missing.length > 0) await this.#readInto(values, kind, missing, read)
    return keys.map((key) => values.get(key))
  }

  async #readInto (values, kind, missing, read) {
    const found = await read(missing)
    const writes = this.#redis.pipeline()
    for (const key of missing) {
      const value = found.get(key) ?? null
      values.set(key, value)
      writes.set(`${kind}:${key}`, JSON.stringify(value), 'EX', SECONDS)
    }
    await writes.exec()
  }
}

export function placeOf (origin, hour) {
  return `${origin}|${hour.toISOString()}`
}
