using CustomerSuccess.Web.Dashboard;

namespace CustomerSuccess.Web.CustomerList;

/// <summary>What the list shows: the page, the filter it fits, the figures on the pills and the values to choose from.</summary>
public sealed record CustomerListModel(CustomerFilter Filter, CustomerPage Page, DashboardFigures Figures, DashboardHistory Choices);
