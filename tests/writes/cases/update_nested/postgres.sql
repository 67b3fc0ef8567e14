UPDATE customer AS customer_1 SET name=$1::text WHERE customer_1.id = $2::bigint AND customer_1.owner = $3::text RETURNING customer_1.id;
SELECT order_1.customer_id, order_1.number 
FROM "order" AS order_1 
WHERE order_1.customer_id = ANY ($1::bigint[]) AND order_1.customer_id = $2::bigint AND order_1.number = $3::bigint FOR UPDATE OF order_1;
UPDATE "order" AS order_1 SET code=$1::text, total=(order_1.total + $2::numeric) WHERE EXISTS (SELECT 
FROM unnest($3::bigint[], $4::bigint[]) AS anon_1(k0, k1) 
WHERE order_1.customer_id = anon_1.k0 AND order_1.number = anon_1.k1) RETURNING order_1.customer_id, order_1.number;
INSERT INTO "order" (total, paid, number, code, customer_id) SELECT given.c0, given.c1, given.c2, given.c3, given.c4 
FROM unnest($1::numeric[], $2::boolean[], $3::bigint[], $4::text[], $5::bigint[]) WITH ORDINALITY AS given(c0, c1, c2, c3, c4, n) ORDER BY given.n RETURNING "order".customer_id, "order".number, true;
