-- Who belongs to whom, packed like the log: hashes of subjects and of where they lead; then customers, and whether each is a test.
-- A link that was undone keeps its row and leads nowhere: string_agg would pass over the null and shift all that follow.
select string_agg(int8send(hashtextextended(identity, 0)), ''::bytea), string_agg(int8send(hashtextextended(coalesce(customer_id, target), 0)), ''::bytea)
from identities where target is not null;
select string_agg(int8send(hashtextextended(customer_id, 0)), ''::bytea), string_agg(int8send(is_test::int::int8), ''::bytea)
from customers
