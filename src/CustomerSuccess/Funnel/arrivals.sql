-- What came in that moves the funnel; FollowEvents takes it from here. One row for all of it.
arrived_in_funnel as (
  insert into funnel_waiting (subjects, sources, ids, types, times, statuses)
  select array_agg(subject), array_agg(source), array_agg(id), array_agg(type), array_agg(occurred_at),
    array_agg(case when type in ('api_call', 'api_calls_failed') then left(properties ->> 'status', 3) end)
  from new where type in ('page_view', 'signup', 'api_key_created', 'api_call', 'api_calls_failed')
  having count(*) > 0
)
