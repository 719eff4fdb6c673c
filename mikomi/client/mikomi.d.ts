// Written by `make docs` from the description of the API. Moments are ISO 8601 texts.

/** A lead with all its records, to be scored as of a moment (missing: now). */
export interface ScoreBody {
  lead_id: string;
  created_at: string;
  known_at?: string | null;
  account_id?: string | null;
  owner_id?: string | null;
  attributes?: Record<string, string | number | boolean | null>;
  outcomes?: Array<Outcome>;
  changes?: Array<Change>;
  account?: Account | null;
  as_of?: string | null;
  curve?: boolean;
  activities?: Array<Activity>;
}

/** What became of a deal; `reason` says why it was lost, and is never scored. */
export interface Outcome {
  outcome: string;
  occurred_at: string;
  known_at?: string | null;
  deal_id?: string | null;
  amount?: number | null;
  reason?: string | null;
}

/** A later value of an attribute. */
export interface Change {
  attribute: string;
  occurred_at: string;
  known_at?: string | null;
  value?: string | number | boolean | null;
}

/** A company that leads belong to. */
export interface Account {
  account_id: string;
  known_at?: string | null;
  attributes?: Record<string, string | number | boolean | null>;
}

/** Something that happened with a lead. */
export interface Activity {
  activity_type: string;
  occurred_at: string;
  activity_id?: string | null;
  known_at?: string | null;
  topic?: string | null;
  direction?: string | null;
  actor?: string | null;
  text?: string | null;
  dwell_seconds?: number | null;
  amount?: number | null;
}

/** Leads to be scored, each on its own. */
export interface BatchBody {
  leads: Array<unknown>;
}

/** The answer: base probability + contributions of the reasons + remainder = probability. */
export interface ScoreAnswer {
  receipt_id: string;
  lead_id: string;
  probability: number;
  probability_low: number;
  probability_high: number;
  sufficient_evidence: boolean;
  score: number;
  band: string;
  horizon_days: number | null;
  base_probability: number;
  reasons: Array<ReasonBody>;
  remainder: number;
  evidence: string;
  cutoff: string;
  model: ModelBody;
  unknown: Unknown;
  language: string;
  feature_sha256: string;
  target?: string;
  curve?: CurveBody | null;
  missing_features?: Array<string>;
  approximate_reasons?: boolean;
  contact_value?: number;
  contact_value_low?: number;
  contact_value_high?: number;
  call_helps?: boolean;
}

/** One reason; `points` are probability points (percent), signed. */
export interface ReasonBody {
  code: string;
  label: string;
  sentence: string;
  points: number;
  contribution: number;
  feature: string;
  leads: number;
  converted_leads: number;
}

/** The model that answered. */
export interface ModelBody {
  version: number | null;
  fingerprint: string;
}

/** What the model has not learned, with counts; it counts as `other` or not at all. */
export interface Unknown {
  activity_types: Record<string, number>;
  attributes: Record<string, number>;
  attribute_values?: Record<string, Record<string, number>>;
  topics?: Record<string, number>;
  directions?: Record<string, number>;
  actors?: Record<string, number>;
  owners?: Record<string, number>;
  outcomes?: Record<string, number>;
}

/** Probabilities by horizon, and after how many days those who convert do so. */
export interface CurveBody {
  points: Array<CurvePoint>;
  lower_quartile_days: number;
  median_days: number;
  upper_quartile_days: number;
  within_days: number;
}

/** The probability within a horizon, with its 90 % interval. */
export interface CurvePoint {
  horizon_days: number;
  probability: number;
  probability_low: number;
  probability_high: number;
}

/** The leads of a batch in the order of the request. */
export interface BatchAnswer {
  results: Array<BatchLine>;
}

/** One lead of a batch: answered or refused; `index` is its place in the request. */
export interface BatchLine {
  index: number;
  answer?: ScoreAnswer | null;
  problem?: Refused | null;
}

/** Why one lead of a batch was not scored. */
export interface Refused {
  status: number;
  type: string;
  title: string;
  detail: string;
}

/** The past weeks and the coming days of a score. */
export interface Outlook {
  history: Past;
  hot_until: SilentForecast;
  target?: string;
}

/** The points, oldest first, and their trend. */
export interface Past {
  trend: "declining" | "improving" | "not_enough_information" | "steady";
  points: Array<Silent>;
}

/** The numbers after some silent days. */
export interface Silent {
  days: number;
  at: string;
  probability: number;
  score: number;
  band: string;
}

/** When the band falls if nothing happens; None if it does not within half a year. */
export interface SilentForecast {
  band: string;
  falls_at: string | null;
  falls_to: string | null;
  watched_days: number;
  silent: Array<Silent>;
}

/** The difference of two scorings; `change` is exactly the sum of the parts. */
export interface ChangeSplit {
  before: SideNumbers;
  after: SideNumbers;
  change: number;
  parts: Array<ChangePart>;
  target?: string;
}

/** One of the two scorings, in numbers. */
export interface SideNumbers {
  at: string;
  probability: number;
  score: number;
  band: string;
  model: string;
}

/** One cause: the change of the probability that it brought, and its strongest concepts. */
export interface ChangePart {
  cause: string;
  change: number;
  concepts: Array<ConceptMove>;
}

/** The change of the probability that one concept brought. */
export interface ConceptMove {
  code: string;
  label: string;
  change: number;
}

/** A page; `total` leads on all pages; `waiting` leads are due for refreshing. */
export interface Ranking {
  leads: Array<RankedAnswer>;
  next_cursor: string | null;
  total: number;
  waiting: number;
  ranked_by?: RankedByBody;
  target?: string;
}

/** A row of the ranking with its reasons as sentences. */
export interface RankedAnswer {
  lead_id: string;
  attributes: Record<string, string | number | boolean | null>;
  owner_id: string | null;
  source: string | null;
  account_id: string | null;
  margin: number;
  probability: number;
  score: number;
  band: "cold" | "hot" | "warm";
  trend: "declining" | "improving" | "not_enough_information" | "steady";
  trend_reason?: string | null;
  week_change?: number | null;
  standing?: "call" | "customer" | "deal" | "lost" | "sleeping";
  reasons: Array<RankedReason>;
  created_at: string;
  last_activity_at: string | null;
  last_activity_type: string | null;
  woke_up_at: string | null;
  crossed_at: string | null;
  band_falls_at: string | null;
  as_of: string;
  model_fingerprint: string;
  contact_value?: number;
  contact_value_low?: number;
  contact_value_high?: number;
  call_helps?: boolean;
  target?: string;
  sentences: Array<ReasonBody>;
}

/** One reason: the input of `models.explain.reasons.say`, and its evidence. */
export interface RankedReason {
  code: string;
  feature: number;
  value: number | null;
  contribution: number;
  leads?: number;
  converted_leads?: number;
}

/** What the target chose to rank by, what leads are ranked by, and why; in words too. */
export interface RankedByBody {
  wanted: "contact_value" | "probability";
  by: "contact_value" | "probability";
  why: string | null;
  sentence: string;
}

/** A page of accounts. */
export interface AccountList {
  accounts: Array<RankedAccount>;
  next_cursor: string | null;
  total: number;
  target?: string;
}

/** An account: the probability that at least one of its open leads converts. */
export interface RankedAccount {
  account_id: string;
  probability: number;
  leads: number;
  hot_leads: number;
  carried_by: Array<AccountLead>;
  others_contribution: number;
  dependence: number;
  as_of: string;
}

/** An open lead of an account: its own probability, and what it adds to that of the ... */
export interface AccountLead {
  lead_id: string;
  probability: number;
  band: "cold" | "hot" | "warm";
  share: number;
  contribution: number;
}

/** An account, with as many of its leads as were requested. */
export interface OneAccount {
  account_id: string;
  probability: number;
  leads: number;
  hot_leads: number;
  carried_by: Array<AccountLead>;
  others_contribution: number;
  dependence: number;
  as_of: string;
  target?: string;
}

/** A lead; a later value of an attribute that differs is stored as a change. */
export interface LeadBody {
  created_at: string;
  known_at?: string | null;
  account_id?: string | null;
  owner_id?: string | null;
  attributes?: Record<string, string | number | boolean | null>;
  display?: Record<string, string> | null;
  backfill?: boolean;
}

/** A company. */
export interface AccountBody {
  known_at?: string | null;
  attributes?: Record<string, string | number | boolean | null>;
}

/** Activities of any leads, in any order. */
export interface ActivitiesBody {
  activities: Array<StoredActivity>;
  backfill?: boolean;
}

/** An activity of a lead; its id makes sending it twice harmless. */
export interface StoredActivity {
  activity_type: string;
  occurred_at: string;
  activity_id: string;
  known_at?: string | null;
  topic?: string | null;
  direction?: string | null;
  actor?: string | null;
  text?: string | null;
  dwell_seconds?: number | null;
  amount?: number | null;
  lead_id: string;
}

/** Outcomes of any leads, in any order. */
export interface OutcomesBody {
  outcomes: Array<StoredOutcome>;
  backfill?: boolean;
}

/** An outcome of a lead. */
export interface StoredOutcome {
  outcome: string;
  occurred_at: string;
  known_at?: string | null;
  deal_id?: string | null;
  amount?: number | null;
  reason?: string | null;
  lead_id: string;
}

/** What was done with the records of a request. */
export interface Added {
  added: number;
  repeated: number;
  conflicting: Array<string>;
  waiting_for_lead: number;
}

/** A stored lead; `revision` counts the requests about it. */
export interface LeadRevision {
  lead_id: string;
  revision: number;
}

/** How many records of a person were erased. */
export interface Erased {
  activities: number;
  outcomes: number;
  attribute_changes: number;
  leads: number;
  receipts: number;
}

/** The stored data of a lead; `ranked` is its row of the ranking, none if it has none. */
export interface StoredLead {
  lead_id: string;
  revision: number;
  created_at: string;
  account_id: string | null;
  owner_id: string | null;
  attributes: Record<string, string | number | boolean | null>;
  counts: LeadCounts;
  last_activity_at: string | null;
  last_activity_type: string | null;
  ranked: RankedLead | null;
  curve?: CurveBody | null;
}

/** How many records of a lead are stored. */
export interface LeadCounts {
  activities: number;
  outcomes: number;
  attribute_changes: number;
}

/** An open lead as it was last scored; `reasons` are those for it, then those against it. */
export interface RankedLead {
  lead_id: string;
  attributes: Record<string, string | number | boolean | null>;
  owner_id: string | null;
  source: string | null;
  account_id: string | null;
  margin: number;
  probability: number;
  score: number;
  band: "cold" | "hot" | "warm";
  trend: "declining" | "improving" | "not_enough_information" | "steady";
  trend_reason?: string | null;
  week_change?: number | null;
  standing?: "call" | "customer" | "deal" | "lost" | "sleeping";
  reasons: Array<RankedReason>;
  created_at: string;
  last_activity_at: string | null;
  last_activity_type: string | null;
  woke_up_at: string | null;
  crossed_at: string | null;
  band_falls_at: string | null;
  as_of: string;
  model_fingerprint: string;
  contact_value?: number;
  contact_value_low?: number;
  contact_value_high?: number;
  call_helps?: boolean;
  target?: string;
}

/** The past weeks and the coming days by the model of today; `given` was really answered. */
export interface History {
  history: Past;
  hot_until: SilentForecast;
  given: Array<LoggedAnswer>;
  target?: string;
}

/** A logged answer: when, to which kind of request, and its numbers. */
export interface LoggedAnswer {
  receipt_id: string;
  at: string;
  kind: string;
  probability: number;
  score: number;
  band: string;
  cutoff: string;
  model: Answering;
}

/** Which model answered. */
export interface Answering {
  version: number | null;
  fingerprint: string;
}

/** The newest activities of a lead, and how many there are. */
export interface StoredActivities {
  activities: Array<Activity>;
  total: number;
}

/** The verdict of a salesperson on an answer. */
export interface FeedbackBody {
  verdict: "agreed" | "contacted" | "junk" | "wrong";
  note?: string | null;
}

/** What could move a score: missing facts, a further activity, and silence. */
export interface ScoreMoves {
  receipt_id: string;
  probability: number;
  missing_facts: Array<MissingFact>;
  activities: Array<PossibleActivity>;
  silence: SilentForecast;
}

/** A missing attribute, and between which probabilities it would put the lead. */
export interface MissingFact {
  attribute: string;
  label: string;
  low: number;
  high: number;
}

/** An activity type, and the probability with one more such activity. */
export interface PossibleActivity {
  activity_type: string;
  label: string;
  probability: number;
  change: number;
}

/** Leads that were won and were alike two weeks before; none until the server has read ... */
export interface WinnersAnswer {
  receipt_id: string;
  winners: Array<SimilarWinner>;
}

/** A lead that was won, and the labels of the reasons that favour both. */
export interface SimilarWinner {
  lead_id: string;
  won_at: string;
  owner_id: string | null;
  shared: Array<string>;
}

/** What is to be done: `until` ends a snooze, `owner_id` is the owner to assign (none: ... */
export interface StepBody {
  kind: "assigned" | "contacted" | "disqualified" | "resumed" | "snoozed";
  until?: string | null;
  result?: string | null;
  note?: string | null;
  owner_id?: string | null;
  version?: number | null;
}

/** One step of the history of a lead; `owner_before` and `owner_id` are of an assignment. */
export interface LeadStep {
  step_id: number;
  lead_id: string;
  kind: "assigned" | "contacted" | "disqualified" | "resumed" | "snoozed";
  at: string;
  by: string | null;
  until: string | null;
  result: string | null;
  note: string | null;
  owner_before: string | null;
  owner_id: string | null;
  undone_at: string | null;
}

/** What was last done with a lead, and its history, the newest first. */
export interface StepsAnswer {
  state: WorkState;
  steps: Array<LeadStep>;
}

/** What was last done with a lead, by whom; it is set aside until `until`. */
export interface WorkState {
  version?: number;
  kind?: "assigned" | "contacted" | "disqualified" | "resumed" | "snoozed" | null;
  at?: string | null;
  by?: string | null;
  until?: string | null;
  result?: string | null;
  note?: string | null;
}

/** Some leads of a list, and how many it has in all. */
export interface ListAnswer {
  leads: Array<ListedLead>;
  total: number;
}

/** A lead of a list, with its data as it was last looked at; see `RankedLead`. */
export interface ListedLead {
  lead_id: string;
  standing: "call" | "customer" | "deal" | "lost" | "sleeping";
  moved_at: string;
  deals: Array<Deal>;
  attributes: Record<string, string | number | boolean | null>;
  owner_id: string | null;
  source: string | null;
  created_at: string;
  last_activity_at: string | null;
  last_activity_type: string | null;
  woke_up_at: string | null;
}

/** A deal as it stands: `stage` is its last outcome, in which it is since `stage_since`. */
export interface Deal {
  deal_id: string;
  stage: string;
  stage_since: string;
  opened_at: string;
  amount: number | null;
  decided: "lost" | "won" | null;
  reason?: string | null;
  stages?: Array<StageEntry>;
}

/** A stage of a deal, and when the deal came to it. */
export interface StageEntry {
  stage: string;
  at: string;
}

/** What a salesperson can do: `capacity` is leads a week, `skills` values by kind. */
export interface RepBody {
  level?: "junior" | "regular" | "senior";
  capacity?: number;
  skills?: Record<string, Array<string>>;
}

/** A salesperson; `owner_id` is the owner of their leads. */
export interface Rep {
  level?: "junior" | "regular" | "senior";
  capacity?: number;
  skills?: Record<string, Array<string>>;
  owner_id: string;
}

/** The salespeople that were described. */
export interface RepsAnswer {
  reps: Array<Rep>;
}

/** A proposal; nothing is changed until it is confirmed. */
export interface AssignmentAnswer {
  leads: Array<ProposedLead>;
  loads: Array<ProposedLoad>;
  left: Array<string>;
  expected: number;
  in_turn: number;
}

/** A lead with the owner that is proposed; `expected` is its expected conversions with ... */
export interface ProposedLead {
  lead_id: string;
  owner_id: string;
  owner_before: string | null;
  probability: number;
  expected: number;
  fitting: Array<string>;
  other: Array<string>;
  version: number;
}

/** A salesperson's week: leads assigned until now, how many more fit, how many are ... */
export interface ProposedLoad {
  owner_id: string;
  level: "junior" | "regular" | "senior";
  capacity: number;
  assigned: number;
  free: number;
  proposed: number;
  away: boolean;
}

/** The leads to be assigned. */
export interface AssignmentBody {
  leads: Array<Assigning>;
}

/** A lead and the owner that it is to get; `version` as in `StepBody`. */
export interface Assigning {
  lead_id: string;
  owner_id: string;
  version?: number | null;
}

/** What was done; `left` are leads with which somebody did something meanwhile. */
export interface AssignedAnswer {
  steps: Array<LeadStep>;
  left: Array<string>;
}

/** Limits to be set: a lead is hot from `hot` on, warm from `warm` on. */
export interface LimitsBody {
  by: "probability" | "score" | null;
  hot?: number;
  warm?: number;
  note?: string | null;
}

/** The limits of the bands in force, and those that were, the newest first. */
export interface LimitsAnswer {
  by: string;
  hot: number;
  warm: number;
  history: Array<BandLimits>;
}

/** Limits that were set, when and by whom; see `LimitsBody`. */
export interface BandLimits {
  limits_id: number;
  target: string;
  by: "probability" | "score" | null;
  hot: number;
  warm: number;
  at: string;
  who: string | null;
  note?: string | null;
}

/** What channels cost. All amounts of a source and month are replaced, unless typed in. */
export interface SpendBody {
  spend: Array<SpendBodyLine>;
  currency?: string | null;
}

/** What a source, or one campaign of it, cost in a month. */
export interface SpendBodyLine {
  source: string;
  month: string;
  amount: number;
  campaign?: string;
}

/** How many amounts were stored, and how many were left since a person typed in others. */
export interface SpendAnswer {
  stored: number;
  typed_in: number;
}

/** The amounts, the newest month first. */
export interface SpendLines {
  spend: Array<SpendBodyLine>;
  currency: string;
}

/** The digest; without `promise`, `knows_from` is when the first one will be known. */
export interface DigestAnswer {
  since: string;
  until: string;
  week: WeekBody;
  week_before: WeekBody;
  up: Array<DigestLead>;
  down: Array<DigestLead>;
  untouched: Array<DigestLead>;
  promise: PromiseBody | null;
  knows_from: string | null;
  target?: string;
}

/** What happened in a week, counted in leads. */
export interface WeekBody {
  new: number;
  became_hot: number;
  woke_up: number;
  contacted: number;
  won: number;
  lost: number;
  won_amount: number;
}

/** A lead of the digest; `reason` is the sentence of what moved it, or of its first reason. */
export interface DigestLead {
  lead_id: string;
  owner_id: string | null;
  probability: number;
  week_change: number | null;
  band: string;
  hot_since: string | null;
  reason: string;
}

/** What was promised of leads that became hot, and what was won within the horizon. */
export interface PromiseBody {
  since: string;
  until: string;
  leads: number;
  expected: number;
  low: number;
  high: number;
  won: number;
}

/** Records to be read again. */
export interface HookHintList {
  hints: Array<HookHint>;
}

/** A record to be read again; `place` is what the system calls its table. */
export interface HookHint {
  number: number;
  place: string;
  record_id: string;
}

/** The number of the last hint that was followed. */
export interface HintsTaken {
  until: number;
}

/** A problem as of RFC 9457. */
export interface ProblemBody {
  status: number;
  type: string;
  title: string;
  detail?: string | null;
  faults?: Array<FaultBody>;
}

/** One fault: what was found where, what was expected, what to do. */
export interface FaultBody {
  found: string;
  expected: string;
  do: string;
}

/** Every call: its path and query, its body, and its answer. */
export interface Calls {
  "GET /healthz": { parameters: Record<string, never>; body: null; answer: Record<string, string> };
  "GET /readyz": { parameters: Record<string, never>; body: null; answer: Record<string, unknown> };
  "GET /metrics": { parameters: Record<string, never>; body: null; answer: string };
  "POST /v1/score": { parameters: { lang?: "en" | "ja"; target?: string }; body: ScoreBody; answer: ScoreAnswer };
  "POST /v1/score/batch": { parameters: { lang?: "en" | "ja"; target?: string }; body: BatchBody; answer: BatchAnswer };
  "POST /v1/outlook": { parameters: { target?: string }; body: ScoreBody; answer: Outlook };
  "POST /v1/change": { parameters: { since: string; lang?: "en" | "ja"; target?: string }; body: ScoreBody; answer: ChangeSplit };
  "GET /v1/leads": { parameters: { sort?: "score"; list?: "call"; band?: "hot" | "warm" | "cold"; owner_id?: string; source?: string; q?: string; crossed_since?: string; woke_since?: string; limit?: number; cursor?: string; lang?: "en" | "ja"; target?: string }; body: null; answer: Ranking };
  "GET /v1/accounts": { parameters: { limit?: number; cursor?: string; target?: string }; body: null; answer: AccountList };
  "GET /v1/accounts/{account_id}": { parameters: { account_id: string; limit?: number; target?: string }; body: null; answer: OneAccount };
  "PUT /v1/accounts/{account_id}": { parameters: { account_id: string }; body: AccountBody; answer: void };
  "GET /v1/leads/{lead_id}": { parameters: { lead_id: string; target?: string; curve?: boolean }; body: null; answer: StoredLead };
  "PUT /v1/leads/{lead_id}": { parameters: { lead_id: string }; body: LeadBody; answer: LeadRevision };
  "DELETE /v1/leads/{lead_id}": { parameters: { lead_id: string }; body: null; answer: Erased };
  "POST /v1/activities": { parameters: Record<string, never>; body: ActivitiesBody; answer: Added };
  "POST /v1/outcomes": { parameters: Record<string, never>; body: OutcomesBody; answer: Added };
  "GET /v1/leads/{lead_id}/score": { parameters: { lead_id: string; lang?: "en" | "ja"; target?: string }; body: null; answer: ScoreAnswer };
  "GET /v1/leads/{lead_id}/history": { parameters: { lead_id: string; target?: string }; body: null; answer: History };
  "GET /v1/leads/{lead_id}/change": { parameters: { lead_id: string; since: string; lang?: "en" | "ja"; target?: string }; body: null; answer: ChangeSplit };
  "GET /v1/leads/{lead_id}/activities": { parameters: { lead_id: string; limit?: number }; body: null; answer: StoredActivities };
  "GET /v1/receipts/{receipt_id}": { parameters: { receipt_id: string }; body: null; answer: ScoreAnswer };
  "POST /v1/receipts/{receipt_id}/replay": { parameters: { receipt_id: string }; body: null; answer: ScoreAnswer };
  "POST /v1/receipts/{receipt_id}/feedback": { parameters: { receipt_id: string }; body: FeedbackBody; answer: void };
  "GET /v1/receipts/{receipt_id}/change": { parameters: { receipt_id: string; before: string; lang?: "en" | "ja" }; body: null; answer: ChangeSplit };
  "GET /v1/receipts/{receipt_id}/moves": { parameters: { receipt_id: string; lang?: "en" | "ja" }; body: null; answer: ScoreMoves };
  "GET /v1/receipts/{receipt_id}/similar": { parameters: { receipt_id: string; lang?: "en" | "ja" }; body: null; answer: WinnersAnswer };
  "GET /v1/model": { parameters: { target?: string }; body: null; answer: Record<string, unknown> };
  "GET /v1/leads/{lead_id}/steps": { parameters: { lead_id: string }; body: null; answer: StepsAnswer };
  "POST /v1/leads/{lead_id}/steps": { parameters: { lead_id: string }; body: StepBody; answer: LeadStep };
  "POST /v1/steps/{step_id}/undo": { parameters: { step_id: string }; body: null; answer: LeadStep };
  "GET /v1/lists/{name}": { parameters: { name: string; owner_id?: string; skip?: number; limit?: number; target?: string }; body: null; answer: ListAnswer };
  "GET /v1/reps": { parameters: Record<string, never>; body: null; answer: RepsAnswer };
  "PUT /v1/reps/{owner_id}": { parameters: { owner_id: string }; body: RepBody; answer: Rep };
  "GET /v1/assignment": { parameters: { scope?: "unowned" | "hot" | "away" | "all"; band?: string; limit?: string; owner_id?: string; target?: string }; body: null; answer: AssignmentAnswer };
  "POST /v1/assignment": { parameters: Record<string, never>; body: AssignmentBody; answer: AssignedAnswer };
  "GET /v1/band-limits": { parameters: { target?: string }; body: null; answer: LimitsAnswer };
  "PUT /v1/band-limits": { parameters: { target?: string }; body: LimitsBody; answer: LimitsAnswer };
  "GET /v1/spend": { parameters: Record<string, never>; body: null; answer: SpendLines };
  "POST /v1/spend": { parameters: Record<string, never>; body: SpendBody; answer: SpendAnswer };
  "GET /v1/digest": { parameters: { lang?: "en" | "ja"; target?: string }; body: null; answer: DigestAnswer };
  "GET /v1/hooks/{name}": { parameters: { name: string }; body: null; answer: HookHintList };
  "POST /v1/hooks/{name}/taken": { parameters: { name: string }; body: HintsTaken; answer: void };
}
