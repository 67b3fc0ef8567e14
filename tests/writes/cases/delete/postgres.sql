DELETE FROM "order" AS order_1 WHERE (EXISTS (SELECT 
FROM unnest($1::bigint[], $2::bigint[]) AS anon_1(k0, k1) 
WHERE order_1.customer_id = anon_1.k0 AND order_1.number = anon_1.k1)) AND order_1.customer_id = $3::bigint AND order_1.number = $4::bigint RETURNING order_1.customer_id, order_1.number;
