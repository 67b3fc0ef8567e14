UPDATE "order" AS order_1 SET total=$1::numeric WHERE order_1.code = ANY ($2::text[]) RETURNING order_1.customer_id, order_1.number;
