-- What waits for the workflow is noted by type: one row a commit and type, in which nothing is said for each customer but who it is. Small
-- enough to stay in the row; together they were compressed and stored elsewhere, which cost a sixth of what storing events costs.
-- Locks: a queue that is nearly always empty.
create table workflow_waited as select distinct unnest(customers) as customer_id from workflow_waiting;
drop table workflow_waiting;
create table workflow_waiting (
  id bigint generated always as identity primary key,
  -- Null: customers to be taken from the log as a whole.
  type text,
  customers text[] not null,
  -- The first and the last time, of all of them.
  first timestamptz,
  last timestamptz
);
insert into workflow_waiting (customers)
select array_agg(customer_id) from (
  select customer_id, (row_number() over (order by customer_id) - 1) / 1000 as part from workflow_waited
) each group by part;
drop table workflow_waited;
