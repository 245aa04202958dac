-- A channel failed: leave it alone for as long as it said, else after some failures for a while that doubles. Half of that is chance:
-- processes that failed together do not come back together. What was on its way when it failed before is the same failure.
with counted as (
  select failures + case when (@throttled or failures >= @MostFailures) and last_failed_at >= @handedOver then 0 else 1 end as n
  from channels where channel = @channel for update
),
paused as (
  select n, clock_timestamp() + make_interval(secs => case
    when @after::float8 is not null then @after::float8
    when @throttled then (0.5 + random() / 2) * least(@longest, @first * power(2, least(n, 20) - 1))
    when n >= @MostFailures then (0.5 + random() / 2) * least(@longest, @first * power(2, least(n, 20) - @MostFailures)) end) as until
  from counted
)
update channels set failures = n, trial = false, refused_us = @ofUs, reason = @reason, last_error = @reason, last_failed_at = clock_timestamp(),
  throttled_since = case when @throttled then coalesce(throttled_since, clock_timestamp()) else throttled_since end,
  paused_until = greatest(case when trial then null else paused_until end, until)
from paused where channel = @channel
