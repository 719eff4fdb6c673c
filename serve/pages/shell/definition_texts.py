"""What each number on a page means, as texts for the catalogs."""

from typing import Final

from serve.pages.shell.page_words import mark

DEFINITIONS: Final = {
    "probability": (
        mark("Probability"),
        mark(
            "Of leads with this percentage, so many reach it: %(what)s. Of 100 leads with 20%%, "
            "about 20 do."
        ),
    ),
    "account_probability": (
        mark("Probability of the account"),
        mark(
            "How likely at least one of its open leads is to reach it: %(what)s. Of 100 accounts "
            "with 20%%, about 20 do."
        ),
    ),
    "week_change": (
        mark("Change this week"),
        mark("By how many percentage points the probability changed in the last seven days."),
    ),
    "likely_range": (
        mark("Likely range"),
        mark("The true probability lies in it nine times out of ten."),
    ),
    "expected_revenue": (
        mark("Expected revenue"),
        mark(
            "The amount of the deal times its probability. In brackets: with the ends of the "
            "likely range."
        ),
    ),
    "stage_days": (
        mark("Days in this stage"),
        mark(
            "Days since the deal came to its present stage. In brackets: the median of the deals "
            "won in the last year."
        ),
    ),
    "reason_points": (
        mark("Points"),
        mark(
            "By how many percentage points this raises or lowers the probability. The average and"
            " all of them add up to it exactly."
        ),
    ),
    "score": (
        mark("Score"),
        mark("A place from 0 to 100: 95 is among the top 5%% of the leads the model learned from."),
    ),
    "week_new": (mark("new leads"), mark("Leads that came in during these seven days.")),
    "week_hot": (
        mark("turned hot"),
        mark("Leads that became hot during these seven days; each counts once."),
    ),
    "week_woke": (
        mark("woke up again"),
        mark("Leads that did something themselves again after 60 days of silence."),
    ),
    "week_contacted": (mark("contacted"), mark("Leads for which a contact was noted here.")),
    "week_won": (mark("won"), mark("Leads that became customers during these seven days.")),
    "week_lost": (mark("lost"), mark("Leads whose deal was lost during these seven days.")),
    "step_leads": (
        mark("Leads"),
        mark("Leads that came to this step, of those that came in during the time above."),
    ),
    "of_all": (
        mark("Of all leads"),
        mark(
            "The leads of this step as a share of all leads that came in. In brackets: 95%% "
            "interval."
        ),
    ),
    "of_before": (
        mark("Of the step before"),
        mark(
            "Of the leads of the step before, the share that came to this step as well. A lead "
            "may skip a step."
        ),
    ),
    "step_days": (
        mark("Days from the step before"),
        mark("The median of the days between the two steps."),
    ),
    "step_before": (mark("The time before"), mark("The same figure of the half year before.")),
    "group_leads": (mark("Leads"), mark("Leads of this line that came in during the time above.")),
    "qualified_share": (
        mark("Qualified"),
        mark(
            "The share of these leads that were qualified; what that means stands below the first"
            " table."
        ),
    ),
    "with_deal": (
        mark("With a deal"),
        mark("The share of these leads for which a deal was opened."),
    ),
    "group_won": (mark("Won"), mark("Leads of which at least one deal was won.")),
    "group_lost": (
        mark("Lost"),
        mark("Leads whose last deal was lost, and of which none was won."),
    ),
    "win_rate": (
        mark("Win rate"),
        mark("The won leads as a share of all leads of this line. In brackets: 95%% interval."),
    ),
    "rate_before": (mark("The time before"), mark("The win rate of the half year before.")),
    "rate_change": (
        mark("Change"),
        mark(
            "The win rate minus that of the time before, in percentage points, where their "
            "intervals lie apart."
        ),
    ),
    "lost_deals": (
        mark("Lost deals"),
        mark("Deals lost in the last 90 days, by the day of the loss."),
    ),
    "lost_share": (mark("Share"), mark("Their share of all deals lost in these days.")),
    "lost_before": (mark("The time before"), mark("Deals lost in the 90 days before that.")),
    "month_leads": (mark("Leads"), mark("Leads that came in during this month.")),
    "month_qualified": (
        mark("Qualified"),
        mark(
            "The share of the leads of this month that were qualified, where that was recorded. "
            "In brackets: 95%% interval."
        ),
    ),
    "month_deal": (
        mark("With a deal"),
        mark(
            "Leads of this month for which a deal was opened, and their share. In brackets: 95%% "
            "interval."
        ),
    ),
    "month_won": (
        mark("Won"),
        mark(
            "Leads of this month of which a deal was won, and their share. In brackets: 95%% "
            "interval."
        ),
    ),
    "days_to_deal": (
        mark("Days to the deal"),
        mark("The median of the days from the day a lead came in to its first deal."),
    ),
    "days_to_win": (
        mark("Days to the win"),
        mark("The median of the days from the opening of a deal to its win."),
    ),
    "channel_leads": (
        mark("Leads"),
        mark("Leads of this line that came in during the time above."),
    ),
    "channel_deals": (mark("Deals"), mark("Of these leads, those with at least one deal.")),
    "won_amount": (
        mark("Won amount"),
        mark("The sum of the amounts of the won deals of these leads."),
    ),
    "hot_now": (
        mark("Hot now"),
        mark("Open leads of this line that are hot, whenever they came in."),
    ),
    "wins_expected": (
        mark("Wins expected of open leads"),
        mark("The sum of the probabilities of the open leads of this line."),
    ),
    "expected_value": (
        mark("Expected value"),
        mark(
            "The wins expected, each at the mean amount of a win of this line; of all lines where"
            " it won fewer than five."
        ),
    ),
    "spend": (
        mark("Spend"),
        mark(
            "What this line cost in the months of these leads; the first and the last month count"
            " in part."
        ),
    ),
    "per_lead": (mark("Cost per lead"), mark("The spend divided by the leads.")),
    "per_hot": (
        mark("Cost per hot lead"),
        mark(
            "The spend of the last whole months divided by the leads of these months that became "
            "hot. In brackets: 95%% interval."
        ),
    ),
    "per_win": (
        mark("Cost per win"),
        mark("The spend divided by the won leads. In brackets: 95%% interval."),
    ),
    "won_per_unit": (
        mark("Won per unit spent"),
        mark("The won amount divided by the spend: 3 means three times what was spent."),
    ),
    "warm_leads": (
        mark("Leads"),
        mark("Warm leads to call, by what they did themselves in the last 90 days."),
    ),
    "had_won": (
        mark("Won"),
        mark("Of the newest won leads, the share that had this in the 90 days before the win."),
    ),
    "had_lost": (
        mark("Lost"),
        mark("Of the newest lost leads, the share that had this in the 90 days before the loss."),
    ),
    "capacity": (mark("A week"), mark("How many new leads a week this person takes.")),
    "assigned": (mark("Assigned"), mark("Leads assigned to this person since Monday.")),
    "room": (mark("Room"), mark("What is left of the week after absences and the assigned leads.")),
    "waiting": (mark("Hot and waiting"), mark("Hot leads to call of this person.")),
    "became_hot": (
        mark("Became hot"),
        mark("Leads that became hot in the last days that are named below; each counts once."),
    ),
    "was_contacted": (
        mark("Contacted"),
        mark(
            "Of them, those contacted since: a contact noted here, or an outbound activity of a "
            "person."
        ),
    ),
    "until_contact": (
        mark("Until then"),
        mark(
            "The median time from becoming hot to the first contact, of those that were contacted."
        ),
    ),
    "load_before": (mark("Before"), mark("Leads assigned to this person this week so far.")),
    "load_after": (mark("After"), mark("The same with this proposal.")),
    "points_given": (mark("Points given"), mark("The points of the table that people decided on.")),
    "points_by_data": (
        mark("The data say"),
        mark(
            "The points that fit the leads that met the rule, compared with all others. In "
            "brackets: 95%% interval."
        ),
    ),
    "rule_leads": (
        mark("Leads"),
        mark(
            "Leads of the training data that met the rule. One whose value changed counts once for "
            "each step of the values."
        ),
    ),
    "rule_converted": (
        mark("Converted"),
        mark("The share of these leads that reached the outcome in time."),
    ),
    "limit_leads": (
        mark("Now: leads"),
        mark("Leads to call in this band, by the limits in force."),
    ),
    "limit_wins": (mark("Wins expected"), mark("The sum of the probabilities of these leads.")),
    "limit_then": (
        mark("Then: leads"),
        mark("Leads to call in this band, by the limits that you try."),
    ),
    "it_said": (mark("It said"), mark("The mean probability of the leads of this line.")),
    "it_was": (mark("It was"), mark("The share of them that did reach the outcome in time.")),
    "it_between": (mark("Between"), mark("The true share lies in it in 95 of 100 cases.")),
    "value_converted": (
        mark("Converted"),
        mark(
            "The share of the leads with this value that reached the outcome in time. In "
            "brackets: 95%% interval."
        ),
    ),
    "against_average": (
        mark("Against the average"),
        mark("That share divided by the share of all leads of the training data."),
    ),
    "value_leads": (
        mark("Leads"),
        mark("Leads of the training data that had this value; each counts once."),
    ),
    "verdicts": (
        mark("Verdicts"),
        mark(
            "How often people judged a score that this reason led. Of several verdicts of a person "
            "on a lead, the last counts."
        ),
    ),
    "verdicts_by": (
        mark("Verdicts"),
        mark("How many leads this person judged; the last verdict on each counts."),
    ),
    "verdicts_against": (
        mark("Against it"),
        mark("Of them, those that called the score wrong, or no lead."),
    ),
}
"""Code -> the name of a number, and what it means; `%(what)s` is what is predicted."""
