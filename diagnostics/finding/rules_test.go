package finding

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"cli.otpdoctor/diagnostics/carrier"
	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/message"
	"cli.otpdoctor/diagnostics/number"
	"cli.otpdoctor/diagnostics/reason"
	"cli.otpdoctor/diagnostics/tally"
)

// book is a made-up log under construction: ten days from a Monday, numbers from
// the ranges kept for fiction.
type book struct {
	c     *tally.Counter
	id    int
	typed func(p place, user int) bool // who types codes in; nil: the log does not say
}

var monday = time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)

const bookDays = 10

func newBook() *book { return &book{c: tally.NewCounter(tally.Options{})} }

// how an attempt ends.
type how struct {
	reason  reason.Reason
	code    string
	fails   bool
	silent  bool // no receipt comes
	latency time.Duration
	times   int // messages, 1 where 0
	typed   bool
}

var fine = how{latency: 7 * time.Second}

func failing30003() how {
	return how{fails: true, reason: reason.HandsetUnreachable, code: "30003", times: 2}
}
func unexplained() how { return how{fails: true, code: "30008", times: 2} }
func filtered() how    { return how{fails: true, reason: reason.SpamFiltered, code: "30007", times: 2} }
func tooLate() how     { return how{latency: 6 * time.Minute} }

// try adds one attempt.
func (b *book) try(to string, country, name string, at time.Time, h how) {
	n := number.ParseMSISDN([]byte(to), "")
	for i := range max(h.times, 1) {
		b.id++
		m := message.Message{ID: fmt.Sprintf("m-%05d", b.id), To: n, Country: country, Carrier: name, CarrierSource: carrier.FromLog,
			Submitted: deliverylog.FromTime(at.Add(time.Duration(i) * 90 * time.Second)), Done: deliverylog.NoTime, Verified: deliverylog.NoTime}
		if name == "" {
			m.Carrier, m.CarrierSource = "unknown", carrier.Unknown
		}
		switch {
		case h.silent:
			m.Status = message.Open
		case h.fails:
			m.Status, m.Reason, m.Code = message.Failed, h.reason, h.code
		default:
			m.Status, m.Done = message.Delivered, m.Submitted+deliverylog.Time(h.latency.Milliseconds())
			if h.typed {
				m.Verified = m.Done + 20_000
			}
		}
		b.c.Add(&m)
	}
}

func (b *book) table() *tally.Table { return b.c.Close(deliverylog.NoTime) }

func gb(i int) string { return fmt.Sprintf("+447700900%03d", i) }
func fr(i int) string { return fmt.Sprintf("+3363998%04d", i) }

// place is a carrier whose users log in every day.
type place struct {
	country, name string
	number        func(int) string
	first, users  int
}

var british = []place{{"GB", "EE", gb, 0, 40}, {"GB", "O2", gb, 100, 40}, {"GB", "Three", gb, 200, 40}, {"GB", "Vodafone", gb, 300, 40}}
var french = []place{{"FR", "Orange", fr, 0, 30}, {"FR", "SFR", fr, 1000, 30}, {"FR", "Free", fr, 2000, 30}}

// live lets the users of the places log in twice a day, spread over the hours from
// 07:00; fate says how an attempt ends, and everyday failures come in between.
func (b *book) live(places []place, fate func(p place, user int, at time.Time) how) {
	n := 0
	for _, p := range places {
		for day := range bookDays {
			for u := range p.users {
				for half := range 2 {
					at := monday.AddDate(0, 0, day).Add(time.Duration(7*60+half*330+(u*7+day*11)%300) * time.Minute)
					h := fine
					if fate != nil {
						h = fate(p, u, at)
					}
					if n++; h == fine && n%71 == 0 {
						h = unexplained()
					}
					h.typed = b.typed != nil && b.typed(p, u)
					b.try(p.number(p.first+u), p.country, p.name, at, h)
				}
			}
		}
	}
}

// only gives a fate to one carrier's users, all others are fine.
func only(name string, h func(user int, at time.Time) how) func(place, int, time.Time) how {
	return func(p place, u int, at time.Time) how {
		if p.name == name {
			return h(u, at)
		}
		return fine
	}
}

func between(at time.Time, day, from, to int) bool {
	return at.Day() == 2+day && at.Hour() >= from && at.Hour() < to
}

func on(day, hour, minute int) time.Time {
	return monday.AddDate(0, 0, day).Add(time.Duration(hour*60+minute) * time.Minute)
}

// ruleCase is a log and the findings that it has to give.
type ruleCase struct {
	name string
	log  func(*book)
	want []string
}

// ruleCases has for each cause a log that shows it, and logs that look like it and must stay silent.
func ruleCases() []ruleCase {
	twice := func(to string, h how) func(*book) {
		return func(b *book) {
			b.live(british, nil)
			for day := range 3 {
				b.try(to, "GB", "", on(day, 9, 0), h)
			}
		}
	}
	invalid := how{fails: true, reason: reason.NumberInvalid, code: "21211", times: 2}
	landline := how{fails: true, reason: reason.NotMobile, code: "30006", times: 2}
	return []ruleCase{
		{"all is well", func(b *book) { b.live(british, nil); b.live(french, nil) }, nil},

		{"leading zero", twice("+4407700900987", invalid), []string{"leading_zero number +447700900987 GB"}},
		{"a zero that somebody takes away on the way", twice("+4407700900987", fine), nil},

		{"number that cannot be", twice("+4477009009", invalid), []string{"number_invalid number +4477009009 GB"}},
		{"number kept for drama", twice(gb(987), fine), nil},
		{"typing error, put right at once", func(b *book) {
			b.live(british, nil)
			b.try("+4477009009", "GB", "", on(1, 9, 0), how{fails: true, reason: reason.NumberInvalid, code: "21211"})
		}, nil},

		{"landline", twice("+442079460018", landline), []string{"not_mobile number +442079460018 GB"}},
		{"landline tried once", func(b *book) {
			b.live(british, nil)
			b.try("+442079460018", "GB", "", on(1, 9, 0), how{fails: true, reason: reason.NotMobile, code: "30006"})
		}, nil},
		{"number that the provider calls a landline, where the plan cannot tell", func(b *book) {
			b.live(british, nil)
			for day := range 4 {
				b.try("+12015550123", "US", "", on(day, 15, 0), landline)
			}
		}, []string{"not_mobile number +12015550123 US"}},

		{"refused as internet telephony", twice(gb(987), how{fails: true, reason: reason.VOIP, code: "voip", times: 2}), []string{"voip number +447700900987 GB"}},

		{"opted out", twice(gb(987), how{fails: true, reason: reason.OptedOut, code: "21610"}), []string{"opted_out number +447700900987 GB"}},
		{"one stray stop code", func(b *book) {
			b.live(british, nil)
			b.try(gb(5), "GB", "EE", on(2, 20, 0), how{fails: true, reason: reason.OptedOut, code: "21610"})
		}, nil},

		{"phone out of reach for days", func(b *book) {
			b.live(british, nil)
			for day := range 5 {
				b.try(gb(987), "GB", "EE", on(day, 19, 0), failing30003())
			}
		}, []string{"handset_unreachable number +447700900987 GB EE"}},
		{"phone off for an evening", func(b *book) {
			b.live(british, nil)
			for hour := range 4 {
				b.try(gb(987), "GB", "EE", on(3, 19+hour, 0), failing30003())
			}
		}, nil},

		{"one user alone", func(b *book) {
			b.live(british, nil)
			for day := range 5 {
				b.try(gb(987), "GB", "EE", on(day, 19, 0), unexplained())
			}
		}, []string{"repeat_failures number +447700900987 GB EE"}},
		{"a monitoring number that always fails is not its carrier", func(b *book) {
			b.live(british, nil)
			for day := range bookDays {
				for hour := 8; hour < 20; hour++ {
					b.try(gb(987), "GB", "EE", on(day, hour, 3), unexplained())
				}
			}
		}, []string{"repeat_failures number +447700900987 GB EE"}},

		{"carrier down for two hours", func(b *book) {
			b.live(british, only("O2", func(u int, at time.Time) how {
				if between(at, 3, 8, 10) {
					return unexplained()
				}
				return fine
			}))
		}, []string{"carrier_outage carrier GB O2"}},
		{"a hiccup of five attempts", func(b *book) {
			n := 0
			b.live(british, only("O2", func(u int, at time.Time) how {
				if n < 5 && between(at, 3, 8, 10) {
					n++
					return unexplained()
				}
				return fine
			}))
		}, nil},
		{"two carriers down at once are two findings", func(b *book) {
			b.live(british, func(p place, u int, at time.Time) how {
				if (p.name == "O2" || p.name == "Three") && between(at, 3, 8, 10) {
					return unexplained()
				}
				return fine
			})
		}, []string{"carrier_outage carrier GB O2", "carrier_outage carrier GB Three"}},

		{"provider down everywhere", func(b *book) {
			fate := func(p place, u int, at time.Time) how {
				if between(at, 3, 8, 10) {
					return unexplained()
				}
				return fine
			}
			b.live(british, fate)
			b.live(french, fate)
		}, []string{"provider_outage global"}},
		{"provider down in one country", func(b *book) {
			b.live(british, func(p place, u int, at time.Time) how {
				if between(at, 3, 8, 10) {
					return unexplained()
				}
				return fine
			})
			b.live(french, nil)
		}, []string{"provider_outage country GB"}},
		{"a log so short that nobody knows what is usual", func(b *book) {
			for i := range 36 {
				h := fine
				if i%3 != 0 {
					h = unexplained()
				}
				p := british[i%4]
				b.try(gb(i), p.country, p.name, on(0, 8, i), h)
			}
		}, nil},
		{"a burst of traffic in which nothing goes wrong", func(b *book) {
			b.live(british, nil)
			for i := range 300 {
				b.try(gb(400+i), "GB", "EE", on(4, 12, i/10), fine)
			}
		}, nil},
		{"a log cut off in mid-flight", func(b *book) {
			b.live(british, nil)
			for i := range 40 {
				b.try(gb(400+i), "GB", "EE", on(bookDays-1, 20, i/10), how{silent: true})
			}
		}, nil},

		{"carrier filters by its codes", func(b *book) {
			b.live(british, only("O2", func(u int, at time.Time) how {
				if at.Minute()%3 == 0 {
					return filtered()
				}
				return fine
			}))
		}, []string{"carrier_spam_blocking carrier GB O2"}},
		{"carrier filters without saying so", func(b *book) {
			b.live(british, only("O2", func(u int, at time.Time) how {
				if at.Minute()%3 == 0 {
					return unexplained()
				}
				return fine
			}))
		}, []string{"carrier_spam_blocking carrier GB O2"}},
		{"a carrier that began to filter on the sixth day", func(b *book) {
			b.live(british, only("O2", func(u int, at time.Time) how {
				if at.Day() >= 7 && at.Minute()%2 == 0 {
					return unexplained()
				}
				return fine
			}))
		}, []string{"carrier_spam_blocking carrier GB O2 since 2026-03-07"}},
		{"a carrier that reports as delivered what nobody types in", func(b *book) {
			b.typed = func(p place, u int) bool { return p.name != "O2" || u%10 == 0 }
			b.live(british, nil)
		}, []string{"carrier_spam_blocking carrier GB O2"}},
		{"a log in which few codes are typed in anywhere", func(b *book) {
			b.typed = func(p place, u int) bool { return u%4 == 0 && p.name != "O2" }
			b.live(british, nil)
		}, nil},
		{"a country that is always worse, at all its carriers", func(b *book) {
			b.live(british, nil)
			n := 0
			b.live(french, func(p place, u int, at time.Time) how {
				if n++; n%9 == 0 {
					return unexplained()
				}
				return fine
			})
		}, nil},
		{"a carrier seen four times", func(b *book) {
			b.live(british, nil)
			for i := range 4 {
				b.try(gb(900+i), "GB", "Tiny", on(i, 12, 0), unexplained())
			}
		}, nil},
		{"receipts that this country never sends", func(b *book) {
			b.live(british, nil)
			n := 0
			b.live(french, func(p place, u int, at time.Time) how {
				if n++; n*n%17 == 4 {
					return how{silent: true}
				}
				return fine
			})
		}, nil},

		{"carrier delivers too late", func(b *book) {
			b.live(british, only("O2", func(u int, at time.Time) how {
				if at.Minute()%12 == 0 {
					return tooLate()
				}
				return fine
			}))
		}, []string{"carrier_delay carrier GB O2"}},
		{"slow but in time", func(b *book) {
			b.live(british, only("O2", func(u int, at time.Time) how { return how{latency: 170 * time.Second} }))
		}, nil},

		{"late at busy hours in a country", func(b *book) {
			b.live(british, func(p place, u int, at time.Time) how {
				if at.Hour() == 8 && at.Minute()%4 == 0 {
					return tooLate()
				}
				return fine
			})
		}, []string{"peak_hour_delay hours GB 08"}},
		{"late at busy hours at one carrier", func(b *book) {
			b.live(british, only("Three", func(u int, at time.Time) how {
				if at.Hour() == 8 && at.Minute()%2 == 0 {
					return tooLate()
				}
				return fine
			}))
		}, []string{"peak_hour_delay hours GB Three 08"}},
		{"busy hours are those of the place", func(b *book) {
			b.live(french, func(p place, u int, at time.Time) how {
				if at.Hour() == 8 && at.Minute()%3 == 0 { // 09:00 in Paris in winter
					return tooLate()
				}
				return fine
			})
		}, []string{"peak_hour_delay hours FR 09"}},
		{"one late morning is no busy hour", func(b *book) {
			b.live(british, func(p place, u int, at time.Time) how {
				if between(at, 3, 8, 9) {
					return tooLate()
				}
				return fine
			})
		}, nil},

		{"country switched off for the sender", func(b *book) {
			b.live(british, nil)
			b.live(french, func(p place, u int, at time.Time) how {
				if at.Day() >= 6 {
					return how{fails: true, reason: reason.SenderNotPermitted, code: "21408"}
				}
				return fine
			})
		}, []string{"sender_misconfigured country FR since 2026-03-06"}},
		{"account out of credit", func(b *book) {
			fate := func(p place, u int, at time.Time) how {
				if between(at, 3, 7, 12) {
					return how{fails: true, reason: reason.Account, code: "30002"}
				}
				return fine
			}
			b.live(british, fate)
			b.live(french, fate)
		}, []string{"sender_misconfigured global since 2026-03-05"}},
		{"two countries with codes of their own", func(b *book) {
			b.live(british, func(p place, u int, at time.Time) how {
				if at.Day() >= 8 && u%2 == 0 {
					return how{fails: true, reason: reason.SenderUnregistered, code: "30034"}
				}
				return fine
			})
			b.live(french, func(p place, u int, at time.Time) how {
				if at.Day() >= 6 {
					return how{fails: true, reason: reason.SenderNotPermitted, code: "21408"}
				}
				return fine
			})
		}, []string{"sender_misconfigured country FR since 2026-03-06", "sender_misconfigured country GB since 2026-03-08"}},

		{"fraud guard on one carrier's range", func(b *book) {
			b.live(british, only("O2", func(u int, at time.Time) how {
				if between(at, 3, 7, 18) {
					return how{fails: true, reason: reason.ProviderBlocked, code: "30453"}
				}
				return fine
			}))
		}, []string{"provider_block carrier GB O2 since 2026-03-05"}},
		{"fraud guard on three users only", func(b *book) {
			b.live(british, nil)
			for i := range 3 {
				for day := range 3 {
					b.try(gb(900+i), "GB", "O2", on(day, 12, i), how{fails: true, reason: reason.ProviderBlocked, code: "30453"})
				}
				for day := 3; day < 9; day++ {
					b.try(gb(900+i), "GB", "O2", on(day, 12, i), fine)
				}
			}
		}, nil},
	}
}

func TestRules(t *testing.T) {
	for _, tt := range ruleCases() {
		t.Run(tt.name, func(t *testing.T) {
			b := newBook()
			tt.log(b)
			found, _ := Find(b.table(), Options{})
			var got []string
			for _, f := range found {
				s := fmt.Sprintf("%s %s", f.Cause, f.Scope)
				if !f.Window.Whole && (f.Cause == CarrierSpamBlocking || f.Cause == SenderMisconfigured || f.Cause == ProviderBlock) {
					s += " since " + f.Window.From.Std().Format(time.DateOnly)
				}
				got = append(got, s)
			}
			slices.Sort(got)
			if !slices.Equal(got, tt.want) {
				for _, f := range found {
					t.Log(brief(f))
				}
				t.Errorf("found %q, want %q", got, tt.want)
			}
		})
	}
}

// TestFindIsStable gives the same findings in the same order again.
func TestFindIsStable(t *testing.T) {
	table := make1(7).table
	first, _ := Find(table, Options{Explain: true})
	for range 3 {
		again, _ := Find(table, Options{Explain: true})
		if !reflect.DeepEqual(first, again) {
			t.Fatal("the same table gave other findings")
		}
	}
}
