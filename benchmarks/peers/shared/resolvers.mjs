// In charge of resolvers in the way of DataLoader's and Apollo's docs: batches made per request.

export const resolversOf = (flights, DataLoader, DateTime) => ({
  DateTime,
  Query: {
    flight: (_, args, context, info) => flights.flight(args, info),
    flights: (_, args, context, info) => flights.flights(args, info),
    delayedFlights: (_, args, context, info) => flights.delayedFlights(args, info),
    planes: (_, args, context, info) => flights.planes(args, info),
    airlines: (_, args, context, info) => flights.airlines(args, info),
    lateness: (_, args) => flights.lateness(args),
    lateGroups: (_, args) => flights.lateGroups(args)
  },
  Flight: {
    airline: ({ carrier }, args, { loaders }, info) =>
      loaderAt(loaders, DataLoader, info, (keys) => flights.airlinesBy(keys, info)).load(carrier),
    plane: ({ tailnum }, args, { loaders }, info) => tailnum &&
      loaderAt(loaders, DataLoader, info, (keys) => flights.planesBy(keys, info)).load(tailnum)
  },
  Plane: {
    flights: ({ tailnum }, args, { loaders }, info) =>
      loaderAt(loaders, DataLoader, info, (keys) => flights.flightsOfPlanes(keys, args, info))
        .load(tailnum)
  },
  Airline: {
    flights: ({ carrier }, args, { loaders }, info) =>
      loaderAt(loaders, DataLoader, info, (keys) => flights.flightsOfAirlines(keys, args, info))
        .load(carrier)
  }
})

// One loader for each place in the document, where arguments and columns are the same.
function loaderAt (loaders, DataLoader, info, batch) {
  const place = info.fieldNodes[0]
  let loader = loaders.get(place)
  if (loader === undefined) loaders.set(place, loader = new DataLoader(batch))
  return loader
}
