package finding

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/message"
	"cli.otpdoctor/diagnostics/number"
	"cli.otpdoctor/diagnostics/reason"
	"cli.otpdoctor/diagnostics/tally"
)

// Made-up logs with planted causes and with harmless things that look like them.
// Numbers are random digits behind real prefixes, made at run time and never kept.

// market is a country with its carriers, the biggest first.
type market struct {
	country  string
	prefixes []string // of mobile numbers, with the plus left out
	digits   int      // random digits behind the prefix
	landline string
	landlen  int
	voip     string
	voiplen  int
	trunk    bool // a zero in front at home that must not follow the country code
	carriers []string
	unknown  bool // prefixes do not tell the carrier
}

var markets = []market{
	{"GB", []string{"447400", "447700", "447800", "447900", "447500"}, 6, "442079", 6, "4456001", 5, true, []string{"EE", "O2", "Vodafone", "Three", "Lycamobile", "Sky"}, false},
	{"DE", []string{"49151", "49160", "49170", "49171", "49176"}, 7, "493022", 6, "", 0, true, []string{"Telekom", "Vodafone", "O2", "1und1"}, false},
	{"FR", []string{"33601", "33612", "33650", "33670"}, 6, "331422", 5, "339720", 5, true, []string{"Orange", "SFR", "Bouygues", "Free"}, false},
	{"ES", []string{"34600", "34620", "34650", "34670"}, 6, "34910", 6, "", 0, false, []string{"Movistar", "Orange", "Vodafone", "Yoigo", "Lycamobile"}, false},
	{"IN", []string{"9198", "9197", "9188", "9170"}, 8, "911141", 6, "", 0, true, []string{"Airtel", "Jio", "Vi", "BSNL", "Aircel", "Idea"}, false},
	{"ID", []string{"62811", "62812", "62815", "62838", "62896"}, 7, "622129", 6, "", 0, true, []string{"Telkomsel", "Indosat", "XL", "Tri", "AXIS", "Smartfren"}, false},
	{"US", []string{"1212", "1415", "1303", "1512"}, 7, "", 0, "", 0, false, []string{"AT&T", "T-Mobile", "Verizon", "US Cellular"}, true},
	{"BR", []string{"55119", "55219", "55319"}, 8, "551132", 6, "", 0, false, []string{"Vivo", "Claro", "TIM", "Oi"}, false},
	{"NG", []string{"234803", "234805", "234706", "234812"}, 7, "", 0, "", 0, true, []string{"MTN", "Glo", "Airtel", "9mobile"}, false},
	{"JP", []string{"8190", "8180", "8170"}, 8, "81352", 6, "8150", 8, true, []string{"NTT Docomo", "KDDI", "Softbank", "Rakuten"}, false},
	{"AE", []string{"97150", "97152", "97155"}, 7, "97142", 6, "", 0, true, []string{"Etisalat", "du", "Virgin Mobile"}, false},
	{"KE", []string{"254722", "254733", "254701"}, 6, "", 0, "", 0, true, []string{"Safaricom", "Airtel", "Telkom"}, false},
	{"AU", []string{"61412", "61422", "61432"}, 6, "61298", 6, "", 0, true, []string{"Telstra", "Optus", "Vodafone"}, false},
	{"NL", []string{"31611", "31622", "31650"}, 6, "31202", 6, "", 0, true, []string{"KPN", "Odido", "Vodafone"}, false},
	{"TR", []string{"90532", "90542", "90505", "90533"}, 7, "90212", 7, "", 0, true, []string{"Turkcell", "Vodafone", "Turk Telekom"}, false},
}

// made is one made-up log.
type made struct {
	name             string
	format           string // generic-csv, twilio-csv, aws-sns
	traits, confuses []string
	share            map[string]float64
	planted, allowed []truth
	table            *tally.Table
	messages         int
	strengths        map[string]string
}

// spot is one carrier of one country in a made-up log.
type spot struct {
	m         int // index in maker.markets
	name      string
	rate      float64 // failed attempts
	share     float64
	slow      float64 // latency factor
	noReceipt float64 // of delivered messages
}

type customer struct {
	number  number.MSISDN
	spot    int
	prefix  string // carrier that the prefix names
	factor  float64
	n       int
	special string // the cause planted on this number
	code    reason.Reason
	from    int64 // special since
	fails   float64
}

// event is one attempt as it was made.
type event struct {
	c        int
	at       int64 // ms
	hit      string
	outcome  tally.Outcome
	messages []message.Message
	inFlight bool
}

type effect struct {
	truth
	strength string
	share    float64
	spots    []int // which carriers
	from, to int64
	ramp     bool
	hours    []int
	reason   reason.Reason
	coded    bool
	kind     string // fail or late
	affected int
	total    int
	users    map[int]bool
	spotsHit map[int]bool
}

type maker struct {
	r        *rand.Rand
	format   string
	markets  []market
	zones    []*time.Location
	spots    []spot
	people   []customer
	effects  []*effect
	events   []event
	start    int64
	end      int64
	days     int
	noCodes  bool
	blank    float64
	variants bool
	heavy    int
	id       int
	traits   []string
	confuses []string
	blips    []*effect
	porting  float64
	tail     bool // a burst before the export, in flight
	retry    float64
	median   float64
	lateTail float64
	weathers map[[2]int64]float64 // how bad a carrier's day is
}

const hourMS = int64(3600 * 1000)

// make1 makes the log of a seed.
func make1(seed uint64) *made {
	r := rand.New(rand.NewPCG(seed, 0x0715))
	k := &maker{r: r, heavy: -1, weathers: map[[2]int64]float64{}}
	k.format = []string{"generic-csv", "generic-csv", "generic-csv", "generic-csv", "twilio-csv", "twilio-csv", "aws-sns", "aws-sns"}[r.IntN(8)]
	k.days = []int{3, 4, 5, 5, 7, 7, 14, 14, 21, 28}[r.IntN(10)]
	first := time.Date(2025, 9, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, r.IntN(400))
	k.start = first.UnixMilli()
	k.end = k.start + int64(k.days)*24*hourMS
	k.retry = k.uniform(0.6, 0.8)
	k.median = k.uniform(4, 13)
	k.lateTail = k.uniform(0.0005, 0.004)
	if k.format == "generic-csv" {
		k.traitsOf()
	}
	k.porting = k.uniform(0.02, 0.15)
	k.places()
	k.populate()
	k.confuse()
	k.plant()
	k.live()
	k.check()
	k.outlook()
	return k.finish(fmt.Sprintf("m%03d", seed))
}

func (k *maker) uniform(a, b float64) float64 { return a + (b-a)*k.r.Float64() }
func (k *maker) chance(p float64) bool        { return k.r.Float64() < p }
func (k *maker) logNormal(median, sigma float64) float64 {
	return median * math.Exp(sigma*k.r.NormFloat64())
}

func (k *maker) traitsOf() {
	if k.chance(0.15) {
		k.noCodes = true
		k.traits = append(k.traits, "no_codes")
	}
	if k.chance(0.25) {
		k.blank = []float64{0.3, 0.6, 1}[k.r.IntN(3)]
		k.traits = append(k.traits, fmt.Sprintf("carrier_blank_%.0f%%", k.blank*100))
	}
	if k.chance(0.3) {
		k.variants = true
		k.traits = append(k.traits, "carrier_name_variants")
	}
}

// places chooses the countries and their carriers.
func (k *maker) places() {
	n := 1 + k.r.IntN(4)
	order := k.r.Perm(len(markets))[:n]
	weights := make([]float64, n)
	all := 0.0
	for i := range weights {
		weights[i] = k.logNormal(1, 0.7)
		all += weights[i]
	}
	for i, j := range order {
		m := markets[j]
		k.markets = append(k.markets, m)
		k.zones = append(k.zones, number.CountryLocation(m.country))
		carriers := min(len(m.carriers), 2+k.r.IntN(5))
		names := slices.Clone(m.carriers)
		k.r.Shuffle(len(names), func(a, b int) { names[a], names[b] = names[b], names[a] })
		base := k.uniform(0.006, 0.03)
		sum := 0.0
		from := len(k.spots)
		for c := range carriers {
			s := spot{m: i, name: names[c], rate: base * math.Exp(0.35*k.r.NormFloat64()), share: k.logNormal(1, 0.8), slow: math.Exp(0.2 * k.r.NormFloat64()), noReceipt: k.uniform(0, 0.012)}
			sum += s.share
			k.spots = append(k.spots, s)
		}
		for c := from; c < len(k.spots); c++ {
			k.spots[c].share *= weights[i] / all / sum
		}
	}
}

func (k *maker) mobile(m market) number.MSISDN {
	for range 200 {
		text := m.prefixes[k.r.IntN(len(m.prefixes))]
		for range m.digits {
			text += string(rune('0' + k.r.IntN(10)))
		}
		n := parse(text)
		if c := number.Classify(n); c.Valid && c.Country == m.country && (c.Type == number.Mobile || c.Type == number.FixedLineOrMobile) {
			return n
		}
	}
	panic("no mobile number for " + m.country)
}

func parse(digits string) number.MSISDN {
	var n uint64
	for _, r := range digits {
		n = n*10 + uint64(r-'0')
	}
	return number.MSISDN(n)
}

func (k *maker) typed(prefix string, digits int, want func(number.Class) bool) (number.MSISDN, bool) {
	for range 300 {
		text := prefix
		for range digits {
			text += string(rune('0' + k.r.IntN(10)))
		}
		if n := parse(text); want(number.Classify(n)) {
			return n, true
		}
	}
	return 0, false
}

// populate makes the users and how often each logs in.
func (k *maker) populate() {
	users := 90 + k.r.IntN(420)
	attempts := float64(users) * k.uniform(3.5, 9)
	attempts = min(max(attempts, 650), 2900)
	var weights []float64
	sum := 0.0
	for i := range users {
		s := k.pickSpot()
		c := customer{number: k.mobile(k.markets[k.spots[s].m]), spot: s, factor: 1}
		c.prefix = k.spots[s].name
		if k.chance(k.porting) {
			c.prefix = k.spots[k.otherSpot(s)].name
		}
		if k.markets[k.spots[s].m].unknown {
			c.prefix = ""
		}
		// Most users hardly ever fail, a few have a bad phone or live in a hole.
		c.factor = k.gamma(0.5) / 0.5
		if k.chance(0.012) {
			c.factor = k.uniform(6, 14)
		}
		w := k.logNormal(1, 1)
		weights = append(weights, w)
		sum += w
		k.people = append(k.people, c)
		_ = i
	}
	for i := range k.people {
		k.people[i].n = max(1, int(math.Round(weights[i]/sum*attempts+k.uniform(-0.5, 0.5))))
	}
}

// gamma draws from a gamma distribution of that shape below 1 and scale 1.
func (k *maker) gamma(shape float64) float64 {
	for {
		u, v := k.r.Float64(), k.r.ExpFloat64()
		b := 1 + shape/math.E
		if p := b * u; p <= 1 {
			if x := math.Pow(p, 1/shape); x <= v {
				return x
			}
		} else if x := -math.Log((b - p) / shape); (1-shape)*math.Log(x) <= v {
			return x
		}
	}
}

func (k *maker) pickSpot() int {
	x := k.r.Float64()
	for i, s := range k.spots {
		if x -= s.share; x < 0 {
			return i
		}
	}
	return 0
}

func (k *maker) otherSpot(s int) int {
	var same []int
	for i := range k.spots {
		if i != s && k.spots[i].m == k.spots[s].m {
			same = append(same, i)
		}
	}
	if len(same) == 0 {
		return s
	}
	return same[k.r.IntN(len(same))]
}

// loginHours is how likely a login is at each local hour.
var loginHours = [24]float64{.25, .12, .08, .08, .12, .3, .9, 2.2, 5, 4.6, 3.4, 3, 2.8, 2.9, 2.7, 2.6, 2.3, 2, 1.7, 1.5, 1.3, 1, .7, .4}

// zoneOf is where a number's day begins: its own zone, else its country's.
func (k *maker) zoneOf(n number.MSISDN, m int) *time.Location {
	if loc := n.Location(); loc != nil {
		return loc
	}
	return k.zones[m]
}

// moment draws the time of a login in a country.
func (k *maker) moment(m int) int64 { return k.momentAt(k.zones[m]) }

// momentAt draws the time of a login at a place.
func (k *maker) momentAt(zone *time.Location) int64 {
	for {
		x := k.r.Float64() * 48
		h := 0
		for ; h < 23; h++ {
			if x -= loginHours[h] * 48 / 41.95; x < 0 {
				break
			}
		}
		day := time.UnixMilli(k.start).UTC().AddDate(0, 0, k.r.IntN(k.days+1)-0)
		if wd := day.Weekday(); (wd == time.Saturday || wd == time.Sunday) && k.chance(0.45) {
			continue
		}
		at := time.Date(day.Year(), day.Month(), day.Day(), h, k.r.IntN(60), k.r.IntN(60), k.r.IntN(1000)*1e6, zone).UnixMilli()
		if at >= k.start && at < k.end {
			return at
		}
	}
}

func (k *maker) confuse() {
	add := func(s string) { k.confuses = append(k.confuses, s) }
	if k.chance(0.2) {
		add("heavy_user")
		i := k.r.IntN(len(k.people))
		k.people[i].n = 40 + k.r.IntN(110)
		k.heavy = i
		if k.chance(0.5) {
			k.people[i].factor = k.uniform(1, 4)
		}
	}
	if k.chance(0.2) && len(k.markets) > 1 {
		m := k.r.IntN(len(k.markets))
		add("high_base_country:" + k.markets[m].country)
		base := k.uniform(0.045, 0.1)
		for i := range k.spots {
			if k.spots[i].m == m {
				k.spots[i].rate = base * math.Exp(0.2*k.r.NormFloat64())
			}
		}
	}
	if k.chance(0.15) && k.format != "aws-sns" {
		m := k.r.IntN(len(k.markets))
		add("few_receipts_country:" + k.markets[m].country)
		p := k.uniform(0.1, 0.25)
		for i := range k.spots {
			if k.spots[i].m == m {
				k.spots[i].noReceipt = p
			}
		}
	}
	if k.chance(0.2) {
		add("slow_but_valid")
		k.spots[k.r.IntN(len(k.spots))].slow *= k.uniform(3, 5)
	}
	if k.chance(0.25) {
		add("tiny_carrier_bad_luck")
		m := k.r.IntN(len(k.markets))
		s := spot{m: m, name: "Tiny" + k.markets[m].country, rate: k.uniform(0.3, 0.8), slow: 1}
		k.spots = append(k.spots, s)
		for range 1 + k.r.IntN(3) {
			k.people = append(k.people, customer{number: k.mobile(k.markets[m]), spot: len(k.spots) - 1, prefix: s.name, factor: 1, n: 1 + k.r.IntN(3)})
		}
	}
	if k.chance(0.35) {
		add("blips")
		for range 1 + k.r.IntN(3) {
			at := k.moment(0)
			e := &effect{share: k.uniform(0.6, 1), from: at, to: at + int64(k.uniform(5, 25)*60000), spots: []int{k.r.IntN(len(k.spots))}, kind: "fail", users: map[int]bool{}}
			e.total = 3 + k.r.IntN(5) // attempts that it spoils at most
			k.blips = append(k.blips, e)
		}
	}
	if k.chance(0.2) {
		add("truncated_in_flight")
		k.tail = true
	}
	if k.chance(0.2) {
		add("burst")
	}
	// Odd numbers seen once, and phones that were off for an evening.
	for range k.r.IntN(3) {
		m := k.r.IntN(len(k.markets))
		if n, ok := k.oddNumber(k.markets[m]); ok {
			k.people = append(k.people, customer{number: n, spot: k.spotIn(m), factor: 1, n: 1, special: "once", fails: 1, code: reason.NumberInvalid})
			for _, c := range []Cause{NotMobile, NumberInvalid, RepeatFailures, VOIP} {
				k.allow(c, n)
			}
		}
	}
	if mk := k.r.IntN(len(k.markets)); k.markets[mk].voip != "" && k.chance(0.5) {
		if n, ok := k.typed(k.markets[mk].voip, k.markets[mk].voiplen, func(c number.Class) bool { return c.Type == number.VOIP }); ok {
			k.people = append(k.people, customer{number: n, spot: k.spotIn(mk), factor: 1, n: 3 + k.r.IntN(8)}) // gets its codes
		}
	}
	for range k.r.IntN(3) {
		i := k.r.IntN(len(k.people))
		if k.people[i].special == "" && k.people[i].n < 12 {
			k.people[i].special, k.people[i].fails, k.people[i].code = "evening", 1, reason.HandsetUnreachable
			at := k.moment(k.spots[k.people[i].spot].m)
			k.people[i].from = at
			k.allow(RepeatFailures, k.people[i].number)
			k.allow(HandsetUnreachable, k.people[i].number)
		}
	}
}

func (k *maker) spotIn(m int) int {
	for range 100 {
		if s := k.r.IntN(len(k.spots)); k.spots[s].m == m {
			return s
		}
	}
	return 0
}

func (k *maker) oddNumber(m market) (number.MSISDN, bool) {
	if m.landline != "" && k.chance(0.6) {
		return k.typed(m.landline, m.landlen, func(c number.Class) bool { return c.Type == number.FixedLine })
	}
	return k.invalid(m)
}

func (k *maker) invalid(m market) (number.MSISDN, bool) {
	for range 100 {
		text := k.mobile(m).E164()[1:]
		switch k.r.IntN(3) {
		case 0:
			text = text[:len(text)-2-k.r.IntN(2)]
		case 1:
			text += "77"
		default:
			text = text[:len(text)-7] + "0" + text[len(text)-6:]
		}
		n := parse(text)
		if c := number.Classify(n); !c.Valid && len(number.Check(n.E164(), "").Corrections) == 0 && !number.Check(n.E164(), "").Valid {
			return n, true
		}
	}
	return 0, false
}

func (k *maker) allow(c Cause, n number.MSISDN) {
	k.effects = append(k.effects, &effect{truth: truth{cause: c, level: "number", number: n.E164(), from: deliverylog.NoTime}, kind: "allowed"})
}
