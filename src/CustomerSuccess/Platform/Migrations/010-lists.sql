-- What lists are found by. Standings are read by one sort key at a time, of customers in totals unless asked otherwise.
-- Locks: standings and customers against writes while the indexes are built (a second for 100,000 customers).

drop index standings_by_name, standings_by_score, standings_by_last_active, standings_by_signup;
create index standings_by_name on standings (lower(organization), customer_id) where counted;
create index standings_by_score on standings (score, customer_id) where counted;
create index standings_by_progress on standings (done, customer_id) where counted;
create index standings_by_last_active on standings (coalesce(last_active, '-infinity'), customer_id) where counted;
create index standings_by_signup on standings (signup_date, customer_id) where counted;
create index standings_by_mrr on standings (coalesce(mrr, -1), customer_id) where counted;
create index standings_absent on standings (lower(organization), customer_id) where not counted;
-- Who needs a person: a small part of all, in the order the dashboard shows them.
create index standings_needing on standings (mrr desc nulls last, score, customer_id) where counted and (band = 'at_risk' or blocker_type <> '');

-- Search by any part of a name. The extension comes with PostgreSQL's own packages; without it search reads every customer.
do $$
begin
  create extension if not exists pg_trgm;
  create index customers_search on customers using gin (lower(organization || ' ' || email || ' ' || github_username || ' ' || customer_id) gin_trgm_ops);
exception when others then
  raise notice 'search without pg_trgm: %', sqlerrm;
end $$;
