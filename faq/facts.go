package faq

// Result is how a step stands. The empty Result is a step that nothing has
// decided yet: "to ask".
type Result string

// The results, in the words of the screens.
const (
	Pass          Result = "pass"
	Fail          Result = "fail"
	UnknownResult Result = "unknown" // asked, and nobody knows
	Skipped       Result = "skipped" // the walk went another way
	Late          Result = "late"    // it works, but too slowly
)

// Verdict is what the data say of one cause or fact: Fail where the cause is
// there, Pass where it was looked for and is not, UnknownResult where the data
// do not suffice.
type Verdict struct {
	Result     Result   `json:"result"`
	Title      string   `json:"title,omitempty"`  // "O2 (GB) filters our texts"
	Detail     string   `json:"detail,omitempty"` // "log, 41 of 52 attempts"
	Source     string   `json:"source,omitempty"` // log, number, lookup, identity, agent
	Evidence   []string `json:"evidence,omitempty"`
	Confidence float64  `json:"confidence,omitempty"` // 0 to 1; of several failures the surest speaks
}

// Facts are what is known of a case from elsewhere.
type Facts struct {
	// Verdicts by cause id (see docs/causes.md), by fact id such as
	// "texts_arrive", or by id of a ticket question: Pass for yes and for any
	// other answer that is known, Fail for no, and the answer as Detail.
	Verdicts map[string]Verdict
	// Words fill templates: see [CaseWords].
	Words map[string]string
}
