-- Search by any part of a name. The extension comes with PostgreSQL's own packages; without it search reads every customer.
-- Locks: customers against writes while the index is built (a second for 100,000 customers).
do $$
begin
  create extension if not exists pg_trgm;
  create index customers_search on customers using gin (lower(organization || ' ' || email || ' ' || github_username || ' ' || customer_id) gin_trgm_ops);
exception when others then
  raise notice 'search without pg_trgm: %', sqlerrm;
end $$;
