import { graphql } from 'relay-runtime';

graphql`
  query DeparturesQuery($faa: String!) {
    airport(faa: $faa) {
      name
      ...Departures_airport
    }
  }
`;

graphql`
  fragment Departures_airport on Airport
  @refetchable(queryName: "DeparturesNextQuery")
  @argumentDefinitions(count: { type: "Int", defaultValue: 2 }, cursor: { type: "String" }) {
    departures(first: $count, after: $cursor) @connection(key: "Departures_departures") {
      edges {
        node {
          id
        }
      }
    }
  }
`;
