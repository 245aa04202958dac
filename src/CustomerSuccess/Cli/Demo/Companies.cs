namespace CustomerSuccess.Cli.Demo;

/// <summary>The sixty customers of the demo: every state a page can show, and every name that can break one. All invented.</summary>
public static class Companies
{
    public static IReadOnlyList<Company> All { get; } = [.. Odd, .. Gone, .. OnTheirWay, .. Healthy, .. Stuck, .. InTrouble, .. Champions];

    // Onboarding completed, at work every day, pull requests merged.
    private static IEnumerable<Company> Champions =>
    [
        new("DevSolutions", "devsolutions", "SaaS", "Beta", 34, "Business", 1450, "Ana Ferreira", 118, "0 0 1 1 2", 2.6, 0.91) { Note = ("Would speak at our webinar in January. Ask Ana after the release.", 6) },
        new("Halden Robotics", "halden-robotics", "Robotics", "VIP", 120, "Business", 2200, "Ingrid Halden", 112, "0 0 2 3 3", 2.9, 0.88) { Recorded = true },
        new("Kestrel Payments", "kestrelpay", "FinTech", "VIP", 85, "Business", 1900, "Tom Adeyemi", 105, "0 1 2 2 4", 2.2, 0.86) { Zone = 0 },
        new("Orchard Health", "orchard-health", "HealthTech", "VIP", 60, "Business", 1600, "Priya Raman", 98, "0 0 3 5 6", 1.9, 0.9) { Zone = -5, Changed = ("""{"plan":"Business","mrr":1600}""", 40) },
        new("Lattice & Loom", "lattice-loom", "E-commerce", "Beta", 22, "Team", 640, "Clara Weiss", 91, "0 0 1 2 2", 1.7, 0.84),
        new("Sundara Labs", "sundara-labs", "AI", "Beta", 18, "Team", 560, "Arun Mehta", 84, "0 0 0 1 1", 2.4, 0.93) { Zone = 5 },
        new("Polar Freight", "polar-freight", "Logistics", "Beta", 45, "Team", 720, "Mikko Salo", 77, "0 0 4 6 8", 1.6, 0.82) { Zone = 2 },
        new("Tessera Games", "tessera-games", "Gaming", "Early Access", 52, "Team", 690, "Noah Tremblay", 63, "0 0 1 1 1", 2.1, 0.87) { Zone = -5 },
        new("Umbra Security", "umbrasec", "Security", "VIP", 40, "Business", 1750, "Lea Novak", 56, "0 0 0 0 1", 2.8, 0.95) { Note = ("Fastest onboarding so far: first merged PR after 26 hours. Quote allowed.", 50) },
        new("Wellspring Energy", "wellspring", "Energy", "Early Access", 300, "Enterprise", 4200, "Jack Whelan", 49, "0 0 3 4 5", 2.3, 0.8) { Zone = 10 },
    ];

    // Completed, some quickly and some slowly, at a calm pace or with many pull requests turned down.
    private static IEnumerable<Company> Healthy =>
    [
        new("Fjord Systems", "fjord-systems", "Logistics", "VIP", 40, "Team", 780, "Sigrid Dahl", 96, "0 0 9 20 31", 0.06, 0.9) { Solved = ("security_review", 6, 18) },
        new("Quill & Co", "quill-co", "Media", "VIP", 12, "Team", 520, "Oscar Quill", 88, "0 2 14 25 38", 0.07, 0.75) { Zone = 0 },
        new("Brightwater Analytics", "brightwater", "Analytics", "Beta", 28, "Team", 610, "Hana Kim", 81, "0 0 2 2 3", 1.4, 0.36) { Zone = 9 },
        new("Copperline Telecom", "copperline", "Telecom", "Beta", 210, "Business", 1300, "Peter Maly", 74, "0 1 12 28 42", 0.1, 0.8) { Solved = ("permissions", 9, 26) },
        new("Mosaic Learning", "mosaic-learning", "EdTech", "Early Access", 33, "Team", 480, "Julia Stone", 70, "0 0 1 3 4", 1.2, 0.33) { Zone = -7 },
        new("Riverbend Insurance", "riverbend-ins", "Insurance", "Early Access", 150, "Business", 1100, "Marc Dubois", 66, "0 0 5 8 10", 0.08, 0.85),
        new("Vantage Maps", "vantage-maps", "Geodata", "Beta", 16, "Team", 540, "Ravi Iyer", 52, "0 0 1 2 2", 1.1, 0.3) { Zone = 5 },
        new("Nimbus Hosting", "nimbus-hosting", "Infrastructure", "Early Access", 64, "Business", 980, "Greta Vogel", 44, "0 0 7 15 22", 0.15, 0.9),
        new("Ostrava Motion", "ostrava-motion", "Automotive", "Beta", 95, "Business", 1050, "Jan Kral", 33, "0 0 2 3 4", 1.3, 0.35),
        new("Blue Heron Bank", "blueheron", "FinTech", "VIP", 400, "Enterprise", 3800, "Sofia Marin", 27, "0 0 4 6 9", 0.35, 0.72),
        new("Tidewater Studio", "tidewater", "Design", "Early Access", 7, "Starter", 120, "Milo Grant", 21, "0 0 1 1 2", 0.3, 0.9) { Zone = -7 },
    ];

    // New today, new this week, moving.
    private static IEnumerable<Company> OnTheirWay =>
    [
        new("Junction Rail", "junction-rail", "Transport", "Early Access", 130, "Trial", 0, "Emil Brandt", 0, "0 0 - - -") { Key = 1.5 },
        new("Marigold Care", "marigold-care", "HealthTech", "Early Access", 26, "Trial", 0, "Nadia Haddad", 0, "0 - - - -") { Zone = 9, Key = null },
        new("Zephyr Drones", "zephyr-drones", "Robotics", "Early Access", 14, "Trial", 0, "Felix Baum", 0, "- - - - -") { Zone = 8 },
        new("Corvid Search", "corvid-search", "SaaS", "Early Access", 19, "Trial", 0, "Yuki Tanaka", 1, "0 0 1 - -") { Zone = 9, Key = 4 },
        new("Hearthstone Homes", "hearthstone", "PropTech", "Early Access", 48, "Trial", 0, "Luke Byrne", 2, "0 0 1 2 -", 0.9, 0.7) { Zone = 0 },
        new("Ember Observability", "ember-o11y", "SaaS", "Beta", 31, "Trial", 0, "Vera Sokol", 3, "0 0 0 1 2", 1.8, 0.9),
        new("Praxis Biotech", "praxis-bio", "BioTech", "VIP", 75, "Business", 1200, "Elena Rossi", 9, "0 0 1 2 4", 1.2, 0.75),
        new("Anvil CI", "anvil-ci", "DevTools", "Beta", 11, "Team", 430, "Sam Boateng", 12, "0 0 0 1 1", 1.6, 0.85) { Zone = -5 },
    ];

    // A blocker stands in the way.
    private static IEnumerable<Company> Stuck =>
    [
        new("Northgate Hospital Group", "northgate-hg", "HealthTech", "VIP", 900, "Enterprise", 5200, "Ruth Kessler", 34, "0 0 - - -") { Blocker = ("security_review", "Their security team reviews the Action; questionnaire sent, answer promised for Monday.", 27), Note = ("Ruth is on our side, the delay is procurement. Do not push before Monday.", 3), Key = null },
        new("Cobalt Commerce", "cobalt-commerce", "E-commerce", "Beta", 66, "Business", 890, "Diego Santos", 22, "0 0 4 - -") { Blocker = ("permissions", "The app may read issues but not open pull requests; an owner of the organization must approve.", 16), Asks = 0.2 },
        new("Larkspur Telehealth", "larkspur-tele", "HealthTech", "Beta", 35, "Team", 510, "Amy Cho", 18, "0 0 3 9 -", 0.4) { Blocker = ("github_config", "Needs help with repository permissions to allow PR creation.", 8), Zone = -7, Refused = (403, 7, 20) },
        new("Monolith Software", "monolith-sw", "SaaS", "Early Access", 140, "Business", 990, "Karl Jensen", 41, "0 1 - - -") { Blocker = ("self_hosted_runners", "Runners without internet access; wants to know which hosts to allow.", 35) },
        new("Peregrine Travel", "peregrine-travel", "Travel", "Early Access", 29, "Team", 450, "Lucia Romano", 15, "0 0 2 - -") { Blocker = ("no_time", "Release until the end of the month; asked us to come back after.", 11) },
        new("Argent Capital", "argent-capital", "FinTech", "VIP", 220, "Enterprise", 3600, "Henry Ashford", 11, "0 0 - - -") { Blocker = ("legal", "Data processing agreement with their lawyers.", 9), Zone = 0, Key = null },
        new("Basalt Build", "basalt-build", "Construction", "Early Access", 88, "Team", 470, "Olga Petrova", 26, "0 0 8 12 -", 0.25) { Blocker = ("false_positives", "Three of the first fixes changed generated code; they stopped until paths can be excluded.", 5), Asks = 0.25 },
    ];

    // Falling, asking for help, or turned down.
    private static IEnumerable<Company> InTrouble =>
    [
        new("Northwind", "northwind-dev", "Retail", "Beta", 70, "Business", 1200, "Maria Anders", 92, "0 0 2 4 -", 0.8, 0.5) { MergedLately = 0, TakenBack = [("github_action_installed", 6), ("first_issue_tagged", 6)], Note = ("New head of engineering wants to compare with another tool.", 8) },
        new("Lumen Labs", "lumen-labs", "Lighting", "Beta", 20, "Team", 310, "Elif Kaya", 58, "0 0 1 3 -", 0.9, 0.55) { MergedLately = 0, TakenBack = [("github_action_installed", 5)], Zone = 3 },
        new("Driftwood Media", "driftwood", "Media", "Early Access", 15, "Team", 420, "Chloe Martin", 47, "0 0 2 4 6", 0.9, 0.9) { MergedLately = 0.05 },
        new("Ironclad Storage", "ironclad", "Infrastructure", "VIP", 110, "Business", 1400, "Stefan Wolf", 68, "0 0 2 4 5", 1.5, 0.82) { MergedLately = 0.1, Quiet = 1 },
        new("Palisade Cloud", "palisade-cloud", "Infrastructure", "Early Access", 44, "Team", 590, "Nina Berg", 36, "0 0 1 3 5", 0.5, 0.6) { Asks = 0.9, Refused = (429, 140, 1.5) },
        new("Switchback Sports", "switchback", "Sports", "Early Access", 13, "Starter", 140, "Owen Price", 30, "0 0 2 5 -", 0.12, 0.5) { Asks = 0.5, Zone = 0 },
        new("Redline Racing Data", "redline-data", "Sports", "Beta", 17, "Team", 380, "Enzo Conti", 54, "0 0 2 3 -", 0.9, 0.08) { Refused = (401, 23, 3) },
        new("Granite Mutual", "granite-mutual", "Insurance", "Early Access", 260, "Business", 1150, "Alice Novotna", 25, "0 0 3 - -", 0, 0) { Quiet = 12 },
    ];

    // Inactive, paused, churned, archived.
    private static IEnumerable<Company> Gone =>
    [
        new("Parallax", "parallax-vr", "Gaming", "Beta", 21, "Starter", 0, "Tara Singh", 76, "0 - - - -") { Quiet = 76, Key = 30 },
        new("Cedar & Sage", "cedar-sage", "Hospitality", "Early Access", 10, "Starter", 90, "Maud Peeters", 101, "0 0 2 6 -", 0.4, 0.6, Quiet: 47),
        new("Onyx Trading", "onyx-trading", "FinTech", "Beta", 36, "Team", 620, "Viktor Hahn", 110, "0 0 3 5 8", 1.2, 0.8, Quiet: 33) { Note = ("Two engineers left in October. The rest does not know the tool; offer a session.", 20) },
        new("Silverbirch Schools", "silverbirch", "EdTech", "Early Access", 58, "Team", 340, "Anneli Koski", 64, "0 0 - - -") { Quiet = 60, Key = null },
        new("Mirage Solar", "mirage-solar", "Energy", "Early Access", 29, "Team", 410, "Omar Farouk", 79, "0 0 4 7 12", 0.6, 0.7, Quiet: 20) { Changed = ("""{"status":"paused"}""", 18), Zone = 4 },
        new("Clockwork Toys", "clockwork-toys", "Retail", "Early Access", 8, "Starter", 80, "Pia Sand", 62, "0 0 3 - -") { Quiet = 25, Changed = ("""{"status":"paused","mrr":0}""", 24) },
        new("Hollow Pine Games", "hollow-pine", "Gaming", "Beta", 12, "Starter", 150, "Ben Archer", 115, "0 0 2 9 -", 0.3, 0.4, Quiet: 52) { Changed = ("""{"status":"churned","mrr":0}""", 45) },
        new("Tangent Ads", "tangent-ads", "AdTech", "Early Access", 25, "Team", 0, "Kim Larsen", 87, "0 0 - - -") { Quiet = 70, Changed = ("""{"status":"churned"}""", 30), Key = null },
        new("Oldtown Archive", "oldtown-archive", "Public sector", "Beta", 6, "Starter", 0, "Ella Strand", 119, "0 0 5 - -") { Quiet = 90, Changed = ("""{"archived_at":"@at"}""", 60) },
    ];

    // No activity at all, a step done twice, our own test account, names that need care.
    private static IEnumerable<Company> Odd =>
    [
        new("Silent Partner Holdings", "silent-partner", "Finance", "Early Access", 3, "Starter", 60, "", 13, "- - - - -"),
        new("O'Brien & Søn \"Fisk\" A/S", "obrien-son", "Food", "Beta", 27, "Team", 450, "Siobhán O'Brien", 43, "0 0 2 4 6", 0.7, 0.7) { Redone = ("github_action_installed", 15, 17) },
        new("Gesellschaft für ganzheitliche Softwarequalitätssicherungsberatung und Prozessautomatisierung mbH & Co. KG", "gsqp-mbh", "Consulting", "VIP", 31, "Team", 560, "Friederike von Hohenstein-Rothenburg", 37, "0 0 2 3 7", 0.8, 0.75),
        new("株式会社 みらい工房", "mirai-koubou", "Manufacturing", "Early Access", 42, "Business", 870, "佐藤 美咲", 29, "0 0 1 2 4", 1.0, 0.85) { Zone = 9 },
        new("شركة الأفق للبرمجيات", "alufuq", "SaaS", "Early Access", 17, "Team", 390, "ليلى منصور", 19, "0 0 2 5 -", 0.5, 0.6) { Zone = 3 },
        new("=SUM(Everything), Inc.", "sum-everything", "Analytics", "Early Access", 5, "Starter", 70, "Robert <b>Tables</b>", 46, "0 0 3 - -") { Asks = 0.1, Quiet = 20, Changed = ("""{"status":"churned"}""", 12) },
        new("Smoke Test Ltd", "cs-smoke", "Internal", "Test", 1, "Trial", 0, "Probe", 90, "0 0 0 0 0", 1, 1) { IsTest = true },
    ];
}
