/// What an entity is, by the name that replies, slots and benchmarks use.
///
/// The slots of a kind are how a template or a generator writes "the value of this kind that the prompt holds"; the
/// first one is what a prompt without its values carries (`delexicalized`).
package enum EntityKind: String, Sendable, Hashable, CaseIterable {
  case orderNumber = "order_number"
  case invoiceNumber = "invoice_number"
  case trackingNumber = "tracking_number"
  case accountNumber = "account_number"
  /// A case, a ticket, a booking, or a long number of which nothing says what it numbers.
  case reference
  case email
  case phone
  case url
  case amount
  case date
  case time
  /// A length of time: "two weeks".
  case duration
  /// How many of something, or how far on a scale; the range is that of the number alone.
  case quantity
  /// Somebody's name; `customerName` is the name of who writes.
  case personName = "person_name"
  case customerName = "customer_name"
  case accountType = "account_type"
  case city
  /// A state of the United States.
  case region
  case country

  /// The slots that a value of this kind fills; the first is the kind's own.
  package var slots: [String] {
    switch self {
    case .orderNumber: ["Order Number", "Order ID", "Purchase Number"]
    case .invoiceNumber: ["Invoice Number", "Invoice ID", "Bill Number"]
    case .trackingNumber: ["Tracking Number", "Tracking ID"]
    case .accountNumber: ["Account Number"]
    case .reference: ["Reference Number", "Case Number", "Ticket Number", "Booking Number"]
    case .email: ["Email Address", "Email"]
    case .phone: ["Phone Number"]
    case .url: ["Link"]
    case .amount: ["Refund Amount", "Amount"]
    case .date: ["Date"]
    case .time: ["Time"]
    case .duration: ["Duration"]
    case .quantity: ["Quantity"]
    case .personName: ["Person Name"]
    case .customerName: ["Customer Name"]
    case .accountType: ["Account Type"]
    case .city: ["Delivery City", "City"]
    case .region: ["Delivery State", "State"]
    case .country: ["Delivery Country", "Country"]
    }
  }

  /// Whether a prompt that a generator with slots reads carries the slot in the value's place.
  ///
  /// These are the values that such a generator repeats in its replies; the others stay as they are.
  package var isDelexicalized: Bool {
    switch self {
    case .orderNumber, .invoiceNumber, .trackingNumber, .amount, .personName, .accountType, .city, .country: true
    default: false
    }
  }

  /// Whether the value tells of one person: an answer that depends on it is that person's own.
  package var isPersonal: Bool {
    switch self {
    case .orderNumber, .invoiceNumber, .trackingNumber, .accountNumber, .reference, .email, .phone, .personName,
      .customerName:
      true
    default: false
    }
  }
}
