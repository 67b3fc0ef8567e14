import { graphql } from 'relay-runtime';

graphql`
  query FlightsRelayQuery($carrier: String!) {
    flights(where: { carrier: { eq: $carrier } }, first: 2) {
      nodes {
        carrier
        ...Flights_plane
      }
    }
  }
`;

graphql`
  fragment Flights_plane on Flight {
    plane {
      manufacturer
    }
  }
`;
