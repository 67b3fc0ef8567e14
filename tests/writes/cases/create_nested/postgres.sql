INSERT INTO customer (hidden, tier, credit, visits, wishes, email, name, owner) SELECT given.c0, given.c1, given.c2, given.c3, given.c4, given.c5, given.c6, given.c7 
FROM unnest($1::boolean[], $2::tier[], $3::numeric[], $4::bigint[], $5::json[], $6::text[], $7::text[], $8::text[]) WITH ORDINALITY AS given(c0, c1, c2, c3, c4, c5, c6, c7, n) ORDER BY given.n RETURNING customer.id, true;
INSERT INTO "order" (total, paid, number, customer_id, code) SELECT given.c0, given.c1, given.c2, given.c3, given.c4 
FROM unnest($1::numeric[], $2::boolean[], $3::bigint[], $4::bigint[], $5::text[]) WITH ORDINALITY AS given(c0, c1, c2, c3, c4, n) ORDER BY given.n RETURNING "order".customer_id, "order".number, true;
