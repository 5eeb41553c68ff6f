package finding

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"cli.otpdoctor/diagnostics/carrier"
	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/message"
	"cli.otpdoctor/diagnostics/number"
	"cli.otpdoctor/diagnostics/reason"
	"cli.otpdoctor/diagnostics/tally"
)

var plantable = []Cause{NumberInvalid, LeadingZero, NotMobile, VOIP, OptedOut, HandsetUnreachable, RepeatFailures,
	CarrierOutage, CarrierOutage, CarrierSpamBlocking, CarrierSpamBlocking, CarrierDelay, PeakHourDelay, ProviderOutage, SenderMisconfigured, ProviderBlock}

// plant chooses what is wrong in this log; in a quarter of them nothing is.
func (k *maker) plant() {
	if k.chance(0.27) {
		return
	}
	n := 1 + k.r.IntN(4)
	done := map[Cause]bool{}
	group := 0
	for range n {
		c := plantable[k.r.IntN(len(plantable))]
		if done[c] || k.format == "twilio-csv" && (c == CarrierDelay || c == PeakHourDelay) || k.noCodes && (c == SenderMisconfigured || c == ProviderBlock || c == OptedOut || c == HandsetUnreachable) {
			continue
		}
		wide := slices.Contains([]Cause{CarrierOutage, CarrierSpamBlocking, CarrierDelay, PeakHourDelay, ProviderOutage, SenderMisconfigured, ProviderBlock}, c)
		if wide {
			if group++; group > 3 {
				continue
			}
		}
		done[c] = true
		k.plantOne(c)
	}
}

func (k *maker) plantOne(c Cause) {
	strength := []string{"easy", "medium", "hard"}[k.r.IntN(3)]
	pick := func(easy, medium, hard float64) float64 {
		return map[string]float64{"easy": easy, "medium": medium, "hard": hard}[strength] * k.uniform(0.8, 1.2)
	}
	e := &effect{truth: truth{cause: c, level: "carrier", from: deliverylog.NoTime, to: deliverylog.NoTime}, strength: strength,
		users: map[int]bool{}, spotsHit: map[int]bool{}, from: k.start, to: k.end, kind: "fail"}
	var twin *effect
	spot := k.bigSpot()
	m := k.spots[spot].m
	carrierScope := func() {
		e.spots = []int{spot}
		e.country, e.carrier = k.markets[m].country, k.spots[spot].name
	}
	window := func(lo, hi float64) {
		length := int64(math.Exp(k.uniform(math.Log(lo), math.Log(hi))) * float64(hourMS))
		at := k.moment(m) - length/2
		at = min(max(at, k.start), k.end-length)
		at -= at % 60000
		e.from, e.to = at, at+length
		e.truth.from, e.truth.to = deliverylog.Time(at), deliverylog.Time(at+length)
	}
	onset := func() {
		at := k.start + int64(k.uniform(0.2, 0.75)*float64(k.end-k.start))
		at -= at % 60000
		e.from = at
		e.truth.from, e.truth.to = deliverylog.Time(at), deliverylog.Time(k.end)
	}
	switch c {
	case CarrierOutage:
		carrierScope()
		if k.unknownCarrier(spot) {
			return
		}
		e.share, e.ramp = pick(0.85, 0.6, 0.33), true
		window(0.7, 11)
		if k.chance(0.15) { // two carriers at once are two findings
			if o := k.otherSpot(spot); o != spot {
				f := *e
				f.users, f.spotsHit = map[int]bool{}, map[int]bool{}
				f.spots, f.carrier = []int{o}, k.spots[o].name
				twin = &f
			}
		}
	case ProviderOutage:
		e.level = "global"
		e.share, e.ramp = pick(0.9, 0.6, 0.4), true
		window(0.4, 4)
		one := len(k.markets) > 1 && k.chance(0.35)
		for i := range k.spots {
			if !one || k.spots[i].m == m {
				e.spots = append(e.spots, i)
			}
		}
		if one {
			e.country = k.markets[m].country
		}
	case CarrierSpamBlocking:
		carrierScope()
		if k.unknownCarrier(spot) {
			return
		}
		e.share = pick(0.75, 0.4, 0.17)
		e.coded = k.chance(0.6)
		e.reason = reason.SpamFiltered
		if k.chance(0.4) {
			onset()
		}
	case CarrierDelay:
		carrierScope()
		if k.unknownCarrier(spot) {
			return
		}
		e.kind = "late"
		e.share = pick(0.25, 0.07, 0.035)
		switch {
		case k.chance(0.2):
			window(3, 20)
			e.share = min(0.9, e.share*4)
		case k.chance(0.3):
			onset()
		}
	case PeakHourDelay:
		e.level, e.kind = "hours", "late"
		e.share = pick(0.3, 0.15, 0.08)
		start := []int{7, 8, 9, 12, 13, 17, 18, 19}[k.r.IntN(8)]
		for i := range 1 + k.r.IntN(3) {
			e.hours = append(e.hours, start+i)
		}
		e.truth.hours = e.hours
		e.country = k.markets[m].country
		if k.chance(0.35) && !k.unknownCarrier(spot) {
			e.spots, e.carrier = []int{spot}, k.spots[spot].name
		} else {
			for i := range k.spots {
				if k.spots[i].m == m {
					e.spots = append(e.spots, i)
				}
			}
		}
	case SenderMisconfigured:
		e.level = "global"
		e.share = pick(1, 0.8, 0.4)
		e.coded, e.reason = true, []reason.Reason{reason.SenderNotPermitted, reason.SenderUnregistered, reason.Account, reason.Throttled}[k.r.IntN(4)]
		one := len(k.markets) > 1 && k.chance(0.6)
		for i := range k.spots {
			if !one || k.spots[i].m == m {
				e.spots = append(e.spots, i)
			}
		}
		if one {
			e.country = k.markets[m].country
		}
		if !one || k.chance(0.6) {
			if k.chance(0.6) {
				onset()
			} else {
				window(3, 30)
			}
		}
	case ProviderBlock: // a guard against fraud bars a carrier, a country or all, and lifts by itself
		e.share = pick(0.9, 0.6, 0.35)
		e.coded, e.reason = true, reason.ProviderBlocked
		window(2, 40)
		if k.chance(0.35) && !k.unknownCarrier(spot) {
			carrierScope()
			break
		}
		e.level = "global"
		one := len(k.markets) > 1 && k.chance(0.7)
		for i := range k.spots {
			if !one || k.spots[i].m == m {
				e.spots = append(e.spots, i)
			}
		}
		if one {
			e.country = k.markets[m].country
		}
	default:
		k.plantNumber(c, strength)
		return
	}
	for _, o := range k.effects { // causes that cover each other cannot be told apart by anybody
		if o.kind == e.kind && o.spots != nil && slices.ContainsFunc(e.spots, func(s int) bool { return slices.Contains(o.spots, s) }) && o.from < e.to && e.from < o.to {
			return
		}
	}
	k.effects = append(k.effects, e)
	if twin != nil {
		k.effects = append(k.effects, twin)
	}
}

// bigSpot picks a carrier with some traffic.
func (k *maker) bigSpot() int {
	for {
		if s := k.pickSpot(); k.spots[s].share > 0.04 {
			return s
		}
	}
}

// unknownCarrier says whether this log cannot name the carrier.
func (k *maker) unknownCarrier(spot int) bool {
	return k.markets[k.spots[spot].m].unknown && (k.format == "twilio-csv" || k.blank == 1)
}

func (k *maker) plantNumber(c Cause, strength string) {
	m := k.r.IntN(len(k.markets))
	mk := k.markets[m]
	fails := map[string]float64{"easy": 1, "medium": 0.92, "hard": 0.85}[strength]
	var n number.MSISDN
	ok := true
	who := customer{spot: k.spotIn(m), factor: 1, special: string(c), fails: 1}
	corrected := ""
	switch c {
	case NumberInvalid:
		n, ok = k.invalid(mk)
		who.n, who.code = 2+k.r.IntN(4), reason.NumberInvalid
		if k.chance(0.3) {
			who.code = reason.UnknownSubscriber
		}
	case LeadingZero:
		right := k.mobile(mk)
		corrected = right.E164()
		cc := fmt.Sprint(number.Check(corrected, "").CallingCode)
		text := corrected[1:]
		n = parse(cc + "0" + strings.TrimPrefix(text, cc))
		fixed := number.Check(n.E164(), "")
		ok = mk.trunk && fixed.E164 == corrected && len(fixed.Corrections) == 1 && !number.Classify(n).Valid
		who.n, who.code = 2+k.r.IntN(5), reason.NumberInvalid
	case NotMobile:
		if ok = mk.landline != ""; ok {
			n, ok = k.typed(mk.landline, mk.landlen, func(c number.Class) bool { return c.Type == number.FixedLine })
		}
		who.n, who.code = 2+k.r.IntN(5), reason.NotMobile
	case VOIP:
		if ok = mk.voip != ""; ok {
			n, ok = k.typed(mk.voip, mk.voiplen, func(c number.Class) bool { return c.Type == number.VOIP })
		}
		who.n, who.code, who.fails = 4+k.r.IntN(6), reason.HandsetUnreachable, k.uniform(0.6, 0.95)
	case OptedOut:
		n = k.mobile(mk)
		who.n, who.code = 2+k.r.IntN(6), reason.OptedOut
		if k.chance(0.5) {
			who.n += 4
			who.from = k.start + int64(k.uniform(0.2, 0.5)*float64(k.end-k.start))
		}
	case HandsetUnreachable:
		n = k.mobile(mk)
		who.n, who.code, who.fails = 4+k.r.IntN(6), reason.HandsetUnreachable, fails
	case RepeatFailures:
		n = k.mobile(mk)
		who.n, who.code, who.fails = 5+k.r.IntN(6), reason.Unknown, fails
	}
	if !ok || n == 0 {
		return
	}
	who.number = n
	if who.special != string(NumberInvalid) && who.special != string(LeadingZero) && who.special != string(NotMobile) && who.special != string(VOIP) {
		who.prefix = k.spots[who.spot].name
	}
	k.people = append(k.people, who)
	k.effects = append(k.effects, &effect{truth: truth{cause: c, level: "number", number: n.E164(), country: mk.country, corrected: corrected, from: deliverylog.NoTime, to: deliverylog.NoTime},
		strength: strength, kind: "number", users: map[int]bool{}})
	for _, other := range []Cause{RepeatFailures, HandsetUnreachable, NumberInvalid, NotMobile} {
		if other != c && (other == RepeatFailures || other == HandsetUnreachable || c == LeadingZero || c == VOIP || c == NumberInvalid || c == NotMobile) {
			k.allow(other, n)
		}
	}
}

// live lets everybody log in.
func (k *maker) live() {
	for i := range k.people {
		c := &k.people[i]
		m := k.spots[c.spot].m
		var times []int64
		for range c.n {
			times = append(times, k.momentAt(k.zoneOf(c.number, m)))
		}
		if c.special == "evening" {
			for j := range times {
				times[j] = k.momentAt(k.zoneOf(c.number, m))
			}
			for range 2 + k.r.IntN(2) {
				if at := c.from + int64(k.uniform(0, 5)*float64(hourMS)); at < k.end {
					times = append(times, at)
				}
			}
		}
		if slices.Contains(k.confuses, "burst") && k.chance(0.25) {
			times = append(times, k.start+(k.end-k.start)/2+int64(k.uniform(0, 1)*float64(hourMS)))
		}
		if k.tail && k.chance(0.12) {
			times = append(times, k.end-int64(k.uniform(0, 9)*60000))
		}
		slices.Sort(times)
		last := int64(0)
		for _, at := range times {
			if at < last+11*60000 {
				at = last + 11*60000 + int64(k.uniform(0, 20)*60000)
			}
			if at >= k.end {
				continue
			}
			k.events = append(k.events, k.attempt(i, at))
			e := &k.events[len(k.events)-1]
			last = int64(e.messages[len(e.messages)-1].Submitted)
		}
	}
}

// struck is the effect that spoils an attempt, or nil.
func (k *maker) struck(i int, at int64) *effect {
	c := &k.people[i]
	for _, e := range k.effects {
		if e.kind != "fail" && e.kind != "late" || at < e.from || at >= e.to || !slices.Contains(e.spots, c.spot) {
			continue
		}
		if e.hours != nil && !slices.Contains(e.hours, time.UnixMilli(at).In(k.zoneOf(c.number, k.spots[c.spot].m)).Hour()) {
			continue
		}
		p := e.share
		if e.ramp { // ramps up and down over a tenth of its length
			edge := float64(min(at-e.from, e.to-at)) / (0.1 * float64(e.to-e.from))
			p *= min(1, 0.3+0.7*edge)
		}
		if k.chance(p) {
			return e
		}
	}
	for _, e := range k.blips {
		if at >= e.from && at < e.to && e.affected < e.total && slices.Contains(e.spots, c.spot) && k.chance(e.share) {
			e.affected++
			return e
		}
	}
	return nil
}

// attempt makes one attempt with its messages.
func (k *maker) attempt(i int, at int64) event {
	c := &k.people[i]
	s := k.spots[c.spot]
	ev := event{c: i, at: at}
	spoilt, code := false, reason.Unknown
	plain := func() reason.Reason { // of everyday failures
		switch x := k.r.Float64(); {
		case x < 0.42:
			return reason.HandsetUnreachable
		case x < 0.84:
			return reason.Unknown
		case x < 0.92:
			return reason.UnknownSubscriber
		case x < 0.96:
			return reason.NotMobile
		}
		return reason.SpamFiltered
	}
	noReceipt := s.noReceipt
	e := k.struck(i, at)
	special := c.special != "" && c.special != "evening" && at >= c.from || c.special == "evening" && at >= c.from && at < c.from+6*hourMS
	switch {
	case special && k.chance(c.fails):
		spoilt, code = true, c.code
		if c.special == string(RepeatFailures) || c.special == string(VOIP) {
			noReceipt = 0.3
		}
		ev.hit = c.special
	case e != nil && e.kind == "fail":
		spoilt = true
		code = plain()
		if e.coded {
			code = e.reason
			if e.reason == reason.SpamFiltered && k.chance(0.2) {
				code = reason.Unknown
			}
		} else if e.cause != "" {
			noReceipt = 0.4
			if k.chance(0.5) {
				code = reason.Unknown
			}
		}
	case c.special == "" || c.special == "evening" || !special:
		if k.chance(min(0.6, s.rate*c.factor*k.weather(c.spot, at))) {
			spoilt, code = true, plain()
		}
	}
	delayed := e != nil && e.kind == "late" && !spoilt
	submitted := at
	for n := 1; ; n++ {
		msg := message.Message{ID: fmt.Sprintf("%06x", k.id), To: c.number, Submitted: deliverylog.Time(submitted), Done: deliverylog.NoTime, Verified: deliverylog.NoTime, Status: message.Open}
		k.id++
		good := !spoilt
		if good && n == 1 && k.chance(0.02) {
			good = false // one lost message, the next one comes
			msg.Status, msg.Reason = message.Failed, plain()
		} else if good && k.chance(s.noReceipt) {
			good = false
		} else if !good {
			if k.chance(noReceipt) && k.format != "aws-sns" {
				msg.Status = message.Open
			} else {
				msg.Status, msg.Reason = message.Failed, code
				if code != reason.OptedOut && code != reason.SenderNotPermitted && code != reason.NumberInvalid && k.chance(0.15) {
					msg.Reason = plain()
				}
			}
		}
		if good {
			latency := k.logNormal(k.median*s.slow, 0.85)
			if s.slow > 2.5 {
				latency = min(latency, k.uniform(60, 170))
			}
			switch {
			case delayed:
				latency = k.uniform(185, 700)
			case k.chance(k.lateTail):
				latency = k.uniform(150, 600)
			default:
				latency = min(latency, k.uniform(120, 178))
			}
			msg.Status, msg.Done = message.Delivered, deliverylog.Time(submitted+int64(latency*1000))
			if msg.Done >= deliverylog.Time(k.end) { // the export was made before it came
				msg.Status, msg.Done = message.Open, deliverylog.NoTime
			}
		}
		ev.messages = append(ev.messages, msg)
		again := k.retry
		if good && !delayed {
			again = 0.03
		}
		if n >= 8 || !k.chance(again) {
			break
		}
		gap := k.uniform(60, 180)
		if k.chance(0.1) {
			gap = k.uniform(180, 585)
		}
		if submitted += int64(gap * 1000); submitted >= k.end {
			break
		}
	}
	ev.judge(e)
	if e != nil && e.users != nil && (ev.outcome == tally.Failed && e.kind == "fail" || ev.outcome == tally.Late && e.kind == "late") {
		e.users[i] = true
	}
	return ev
}

// weather is how much worse than usual a carrier's day is.
func (k *maker) weather(spot int, at int64) float64 {
	day := [2]int64{int64(spot), at / (24 * hourMS)}
	if _, ok := k.weathers[day]; !ok {
		k.weathers[day] = 1
		if k.chance(0.08) {
			k.weathers[day] = k.uniform(1.5, 4)
		}
	}
	return k.weathers[day]
}

// judge says how the attempt ended, as the log's reader would see it.
func (ev *event) judge(*effect) {
	ev.outcome = tally.Failed
	for _, m := range ev.messages {
		if m.Status != message.Delivered {
			continue
		}
		if m.Done-m.Submitted <= 180000 {
			ev.outcome = tally.OK
			return
		}
		ev.outcome = tally.Late
	}
	if ev.outcome == tally.Failed {
		for _, m := range ev.messages {
			if m.Status == message.Open {
				ev.inFlight = true
			}
		}
	}
}

// check keeps in the truth only what the log shows; the rest is allowed.
func (k *maker) check() {
	var part []*effect
	defer func() { k.effects = append(k.effects, part...) }()
	for _, e := range k.effects {
		if e.kind == "allowed" || e.kind == "number" {
			continue
		}
		var bad, n, baseBad, baseN float64
		users := map[int]bool{}
		spots := map[int]bool{}
		for i := range k.events {
			ev := &k.events[i]
			if k.graceTail(ev) {
				continue
			}
			if e.kind == "late" && ev.outcome == tally.Failed {
				continue
			}
			isBad := e.kind == "late" && ev.outcome == tally.Late || e.kind == "fail" && ev.outcome == tally.Failed
			c := k.people[ev.c]
			in := slices.Contains(e.spots, c.spot) && ev.at >= e.from && ev.at < e.to
			if in && e.hours != nil {
				in = slices.Contains(e.hours, time.UnixMilli(ev.at).In(k.zoneOf(c.number, k.spots[c.spot].m)).Hour())
			}
			if in {
				n++
				if isBad {
					bad++
					users[ev.c] = true
					spots[c.spot] = true
				}
			} else if e.country == "" || k.markets[k.spots[c.spot].m].country == e.country || e.level == "global" {
				baseN++
				if isBad {
					baseBad++
				}
			}
		}
		base := (baseBad + 0.5) / (baseN + 50)
		needBad, needUsers, needP := 8.0, 5, 1e-5
		if e.cause == ProviderOutage {
			needBad, needUsers, needP = 12, 8, 1e-6
		}
		if bad < needBad || len(users) < needUsers || bad/max(n, 1) < 2*base || logTail(bad, n, base) > math.Log(needP) || e.cause == ProviderOutage && len(spots) < 3 {
			e.kind = "allowed"
			if e.cause == ProviderOutage { // too few carriers for that; each of them was down all the same
				for _, s := range e.spots {
					t := e.truth
					t.cause, t.level, t.country, t.carrier = CarrierOutage, "carrier", k.markets[k.spots[s].m].country, k.spots[s].name
					part = append(part, &effect{truth: t, kind: "allowed"})
				}
			}
		}
		e.affected, e.total = int(bad), int(n)
		for i := range users {
			if u := k.people[i]; u.special == "" {
				k.allow(RepeatFailures, u.number)
			}
		}
	}
}

// graceTail says whether an attempt is too young to judge.
func (k *maker) graceTail(ev *event) bool {
	return ev.outcome == tally.Failed && ev.inFlight && ev.at > k.end-10*60000
}

// outlook allows users who really do fail again and again by nature, and drops
// planted numbers that the log does not show.
func (k *maker) outlook() {
	type record struct {
		bad, n float64
		days   map[string]bool // with a failure
	}
	users := map[number.MSISDN]*record{}
	spots := map[int]*record{}
	for i := range k.events {
		ev := &k.events[i]
		if k.graceTail(ev) {
			continue
		}
		c := k.people[ev.c]
		u := users[c.number]
		if u == nil {
			u = &record{days: map[string]bool{}}
			users[c.number] = u
		}
		s := spots[c.spot]
		if s == nil {
			s = &record{}
			spots[c.spot] = s
		}
		u.n++
		s.n++
		if ev.outcome == tally.Failed {
			u.bad++
			s.bad++
			u.days[time.UnixMilli(ev.at).In(k.zoneOf(c.number, k.spots[c.spot].m)).Format(time.DateOnly)] = true
		}
	}
	for i := range k.people {
		c := &k.people[i]
		u := users[c.number]
		if u == nil {
			continue
		}
		s := spots[c.spot]
		base := (s.bad - u.bad + 0.5) / (s.n - u.n + 50)
		shown := logTail(u.bad, u.n, base) < math.Log(1e-3)
		if p := logTail(u.bad, u.n, base); u.bad >= 3 && c.special == "" && (p < math.Log(1e-3) && u.bad >= 0.4*u.n || p < math.Log(1e-6)) {
			k.allow(RepeatFailures, c.number)
			k.allow(HandsetUnreachable, c.number)
		}
		for _, e := range k.effects {
			if e.kind == "number" && e.number == c.number.E164() {
				need := map[Cause]float64{RepeatFailures: 4, HandsetUnreachable: 3}[e.cause]
				if !shown || u.bad < max(need, 2) || need > 0 && len(u.days) < 2 {
					e.kind = "allowed"
				}
			}
		}
	}
}

// finish counts the messages and gives the log with its truth.
func (k *maker) finish(name string) *made {
	d := &made{name: name, format: k.format, traits: k.traits, confuses: k.confuses, share: map[string]float64{}, strengths: map[string]string{}}
	counter := tally.NewCounter(tally.Options{})
	for i := range k.events {
		ev := &k.events[i]
		c := k.people[ev.c]
		mk := k.markets[k.spots[c.spot].m]
		for j := range ev.messages {
			m := &ev.messages[j]
			m.Country = mk.country
			k.name(m, c, mk)
			switch {
			case k.format == "twilio-csv":
				m.Done = deliverylog.NoTime
			case k.noCodes:
				m.Reason = reason.Unknown
			}
			if m.Reason != reason.Unknown && !k.noCodes {
				m.Code = m.Reason.String()
			}
			d.messages++
			d.share[mk.country]++
			counter.Add(m)
		}
	}
	for c := range d.share {
		d.share[c] /= float64(d.messages)
	}
	counter.See(deliverylog.Time(k.end))
	d.table = counter.Close(deliverylog.NoTime)
	for _, e := range k.effects {
		t := e.truth
		if e.level == "global" {
			if e.country == "" && len(k.markets) == 1 {
				t.also = []string{k.markets[0].country}
			} else if e.country != "" {
				t.also = nil
			}
		}
		if e.kind == "allowed" {
			d.allowed = append(d.allowed, t)
			continue
		}
		d.planted = append(d.planted, t)
		d.strengths[t.String()] = fmt.Sprintf("%s %d of %d", e.strength, e.affected, e.total)
	}
	return d
}

// name gives a message the carrier that this log's format would show.
func (k *maker) name(m *message.Message, c customer, mk market) {
	byPrefix := func() {
		m.Carrier, m.CarrierSource = c.prefix, carrier.Prefix
		if c.prefix == "" || mk.unknown || !number.Classify(c.number).Valid {
			m.Carrier, m.CarrierSource = "unknown", carrier.Unknown
		}
	}
	switch {
	case k.format == "twilio-csv":
		// The prefix is all there is; what was planted was planted by prefix.
		c.prefix = k.spots[c.spot].name
		byPrefix()
	case k.format == "aws-sns" && m.Status == message.Failed && k.chance(0.85), k.blank > 0 && k.chance(k.blank):
		if k.blank == 1 {
			c.prefix = k.spots[c.spot].name
		}
		byPrefix()
	case c.special == string(NumberInvalid) || c.special == string(LeadingZero) || c.special == string(NotMobile) || c.special == "once":
		byPrefix()
	default:
		m.Carrier, m.CarrierSource = k.spots[c.spot].name, carrier.FromLog
		if k.variants && k.chance(0.3) {
			m.Carrier = strings.ToUpper(m.Carrier)
		} else if k.variants && k.chance(0.2) {
			m.Carrier = " " + m.Carrier
		}
	}
}
