import { graphql } from 'relay-runtime';

graphql`
  query PagesQuery($count: Int!, $cursor: String) {
    ...Pages_flights @arguments(count: $count, cursor: $cursor)
  }
`;

graphql`
  fragment Pages_flights on Query
  @refetchable(queryName: "PagesNextQuery")
  @argumentDefinitions(
    count: { type: "Int" }
    cursor: { type: "String" }
    last: { type: "Int" }
    before: { type: "String" }
  ) {
    flights(
      where: { carrier: { eq: "UA" } }
      orderBy: [{ depDelay: DESC }]
      first: $count
      after: $cursor
      last: $last
      before: $before
    ) @connection(key: "Pages_flights") {
      edges {
        node {
          id
          ...Pages_flight
        }
      }
    }
  }
`;

graphql`
  fragment Pages_flight on Flight @refetchable(queryName: "PagesFlightQuery") {
    id
    depDelay
    originAirport {
      name
    }
  }
`;
