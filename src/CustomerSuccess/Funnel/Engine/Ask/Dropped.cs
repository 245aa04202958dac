namespace CustomerSuccess.Funnel.Engine.Ask;

/// <summary>Fifty of those who came as far as a step, the latest entry first.</summary>
/// <param name="Total">How many there are.</param>
/// <param name="Skip">How many were left out at the beginning.</param>
/// <param name="Rows">At most 50.</param>
public sealed record Dropped(long Total, int Skip, IReadOnlyList<Dropped.Row> Rows)
{
    /// <param name="Id">The customer's id; of anyone else the log's subject: ~v:VISITOR, ~p:PERSON, ~g:GROUP.</param>
    /// <param name="Kind">customer, person, group or visitor.</param>
    /// <param name="Name">The customer's organization; the id of anyone else.</param>
    /// <param name="EnteredAt">When the attempt began.</param>
    /// <param name="LastStepAt">When it reached its last step.</param>
    /// <param name="Steps">How many steps it reached.</param>
    public sealed record Row(string Id, string Kind, string Name, DateTime EnteredAt, DateTime LastStepAt, int Steps);
}
