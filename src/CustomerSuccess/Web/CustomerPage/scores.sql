-- A customer's scores since a day, and the one that stood when it began.
(select day, score, status, points::text as points from health_scores where customer_id = @id and day < @since order by day desc limit 1)
union all
(select day, score, status, points::text as points from health_scores where customer_id = @id and day >= @since)
order by day
