UPDATE customer AS customer_1 SET visits=(customer_1.visits + $1::bigint) WHERE customer_1.id = $2::bigint AND customer_1.owner = $3::text AND customer_1.hidden = $4::boolean RETURNING customer_1.id;
INSERT INTO customer (hidden, tier, credit, visits, wishes, email, name, owner) SELECT given.c0, given.c1, given.c2, given.c3, given.c4, given.c5, given.c6, given.c7 
FROM unnest($1::boolean[], $2::tier[], $3::numeric[], $4::bigint[], $5::json[], $6::text[], $7::text[], $8::text[]) WITH ORDINALITY AS given(c0, c1, c2, c3, c4, c5, c6, c7, n) ORDER BY given.n RETURNING customer.id, true;
