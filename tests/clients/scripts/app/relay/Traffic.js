import { graphql } from 'relay-runtime';

graphql`
  query TrafficQuery($count: Int!) {
    airports(first: $count, orderBy: [{ faa: ASC }]) {
      nodes {
        faa
        ...Traffic_airport @defer(label: "traffic")
      }
    }
  }
`;

graphql`
  fragment Traffic_airport on Airport {
    departures(first: 1) {
      totalCount
    }
  }
`;

graphql`
  query TrafficListQuery($count: Int!) {
    airports(first: $count, orderBy: [{ faa: ASC }]) {
      nodes @stream(label: "list", initialCount: 1) {
        faa
        departures(first: 1) {
          totalCount
        }
      }
    }
  }
`;
