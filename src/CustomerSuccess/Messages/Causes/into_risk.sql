-- Customers who came to be at risk: entries of the next digest.
into_risk as (
  insert into at_risk_entries (customer_id, entry_id, entered_at, score, from_status)
  select n.customer_id, n.id, n.occurred_at, coalesce((n.properties ->> 'score')::integer, 0), coalesce(n.properties ->> 'from_status', '')
  from new n join customers c on c.customer_id = n.customer_id
  where n.type = 'health_changed' and not n.history and n.properties ->> 'status' = 'at_risk' and coalesce(n.properties ->> 'from_status', '') <> 'at_risk'
    and not c.is_test and c.archived_at is null and c.status <> 'churned'
    and not jsonb_exists(coalesce((select value -> 'off' from settings where name = 'causes'), '[]'::jsonb), 'at_risk')
  order by n.customer_id, n.id
  on conflict do nothing
)
