/// The contrast sets, one a line; senses are parted by bars, words by spaces, and two words that count together are
/// joined by a low line.
enum ContrastWords {
  static let lines = """
    enable activate reactivate|disable deactivate|suspend pause
    cancel cancellation cancelation revoke call_off|confirm|change modify edit amend alter update|track locate trace whereabout
    cancel cancellation|place buy bought|reorder
    open create register registration sign_up set_up|close delete remove terminate erase deletion closure|recover restore reset
    add insert append|remove delete drop subtract|replace
    increase raise higher grow|decrease reduce lower lessen shrink
    more|less fewer
    most maximum max highest largest biggest|least minimum min lowest smallest
    before prior|after following|during
    earliest|latest
    early earlier|late later
    first|second|third|fourth|last final
    next|previous
    start begin launch resume|stop end finish quit halt|pause
    buy bought|sell sold|rent lease
    send sent|receive received get_sent
    deposit|withdraw withdrawal
    lend lent|borrow
    credit|debit
    pay payment|refund reimburse reimbursement money_back
    upload|download
    import|export
    encrypt|decrypt
    encode|decode
    compress zip|decompress unzip extract
    install|uninstall
    subscribe|unsubscribe
    connect|disconnect
    attach|detach
    lock|unlock
    block ban|unblock unban
    mute|unmute
    log_in login sign_in signin|log_out logout sign_out signout log_off
    check_in checkin|check_out checkout
    opt_in|opt_out
    zoom_in|zoom_out
    include|exclude
    accept approve|reject decline refuse deny
    allow permit|forbid deny prohibit
    grant|revoke
    show display|hide
    push|pull
    win won|lose lost
    rise rose|fall fell drop
    above over|below under beneath
    inside indoor|outside outdoor
    left|right
    north|south|east|west
    northern|southern|eastern|western
    hot warm|cold cool
    heat|cool
    wet|dry
    big large|small little tiny
    long|short
    tall|short
    high|low
    fast quick faster|slow slower
    cheap cheapest cheaper inexpensive|expensive pricey
    best better|worst worse
    good|bad
    safe|unsafe dangerous harmful
    legal lawful|illegal unlawful
    possible|impossible
    true|false
    valid|invalid
    correct|incorrect wrong
    positive|negative
    pros advantage benefit|cons disadvantage drawback
    love like|hate dislike
    male man men|female woman women
    boy|girl
    husband|wife
    mother mom mum|father dad
    brother|sister
    son|daughter
    adult|child kid children
    old older|young younger
    old older|new newer
    dog|cat
    domestic|international
    public|private
    free|paid premium
    monthly|yearly annual annually|weekly|daily|hourly
    arrive arrival|depart departure
    sunrise|sunset
    morning|afternoon|evening|night
    monday|tuesday|wednesday|thursday|friday|saturday|sunday
    january|february|april|june|july|august|september|october|november|december
    today|tomorrow|yesterday
    spring|summer|autumn fall|winter
    breakfast|lunch|dinner
    ascending|descending
    horizontal|vertical
    row|column
    even|odd
    plus addition|minus subtraction|multiply multiplication|divide division
    input|output
    read|write
    encoder|decoder
    client|server
    parent|child
    front|back
    top|bottom
    empty|full
    half|full whole
    same|different
    always|never
    all every|none
    union|intersection
    and|or
    celsius|fahrenheit|kelvin
    mile|kilometer km kilometre
    kilogram kg kilo|pound lb
    dollar usd|euro eur|pound gbp|yen jpy
    billing|shipping delivery
    checking|savings
    iphone io|android
    windows|mac macos|linux
    employer|employee
    lender|borrower
    buyer|seller
    teacher|student
    human|robot bot
    agent representative operator|chatbot
    email|phone telephone|chat
    password|username
    pin|cvv
    cash|card
    visa|mastercard
    english|french|german|spanish|italian|portuguese|chinese|japanese|korean|russian|arabic
    """
}
