"""The words of the demo catalog. Every brand and series is invented."""

from typing import NamedTuple


class Family(NamedTuple):
    """A leaf of the demo's category tree, and what its products are like; prices in USD, weights in grams."""

    category: str
    nouns: tuple[str, ...]
    materials: tuple[str, ...]
    sizes: tuple[str, ...]
    prices: tuple[int, int]
    weights: tuple[int, int]
    promise: str


ONE_SIZE = ("",)
CLOTHES = ("XS", "S", "M", "L", "XL", "XXL")
SHOES = ("37", "38", "39", "40", "41", "42", "43", "44", "45")
BEDS = ("135 × 200 cm", "155 × 220 cm", "200 × 200 cm")
BOTTLES = ("350 ml", "500 ml", "750 ml")
PACKS = ("18 L", "26 L", "34 L", "48 L")
PANS = ("20 cm", "24 cm", "28 cm")
SHADES = ("Small", "Medium", "Large")

# A family takes a few lines here, and a page each in the common style.
# fmt: off
TREE: dict[str, dict[str, tuple[Family, ...]]] = {
    "Outdoor": {
        "Carrying": (
            Family("Backpacks", ("Daypack", "Trail Backpack", "Rucksack", "Roll-Top Pack"),
                   ("recycled nylon", "waxed canvas", "ripstop polyester"), PACKS, (59, 239), (480, 1900),
                   "sits close to the back and keeps small things within reach"),
            Family("Travel Bags", ("Duffel", "Weekender", "Cabin Bag"),
                   ("coated cotton", "recycled nylon", "tarpaulin"), ("30 L", "45 L", "60 L"), (69, 279),
                   (700, 2400), "swallows a week of clothes and still fits under a seat"),
        ),
        "Camping": (
            Family("Tents", ("Ridge Tent", "Tunnel Tent", "Dome Tent"), ("silicone-coated nylon", "polycotton"),
                   ("1 person", "2 persons", "4 persons"), (149, 699), (1300, 6800),
                   "stands in minutes and shrugs off a night of rain"),
            Family("Sleeping Bags", ("Summer Sleeping Bag", "Three-Season Sleeping Bag", "Quilt"),
                   ("responsible down", "hollow fibre"), ("Regular", "Long"), (79, 389), (600, 1700),
                   "packs small and warms quickly"),
            Family("Camp Kitchen", ("Gas Stove", "Cook Set", "Folding Kettle"),
                   ("anodised aluminium", "titanium", "stainless steel"), ONE_SIZE, (25, 129), (90, 900),
                   "boils water while the tent is still going up"),
        ),
        "Hiking": (
            Family("Trekking Poles", ("Trekking Poles", "Folding Poles"), ("carbon fibre", "aluminium"),
                   ("110 cm", "120 cm", "130 cm"), (39, 169), (340, 560),
                   "takes the weight off the knees on the way down"),
            Family("Headlamps", ("Headlamp", "Camp Lantern"), ("polycarbonate", "aluminium"), ONE_SIZE, (19, 99),
                   (60, 310), "lights the path for a whole night on one charge"),
        ),
    },
    "Clothing": {
        "Tops": (
            Family("T-Shirts", ("T-Shirt", "Pocket T-Shirt", "Long-Sleeve T-Shirt"),
                   ("organic cotton", "hemp jersey", "merino"), CLOTHES, (19, 69), (140, 260),
                   "keeps its shape after many washes"),
            Family("Shirts", ("Oxford Shirt", "Flannel Shirt", "Linen Shirt"),
                   ("brushed cotton", "linen", "organic cotton"), CLOTHES, (49, 139), (200, 380),
                   "is cut for movement and softens with wear"),
            Family("Knitwear", ("Crew-Neck Sweater", "Cardigan", "Fisherman Sweater"),
                   ("lambswool", "merino", "recycled wool"), CLOTHES, (79, 229), (320, 780),
                   "is knitted in one piece, without a seam that rubs"),
        ),
        "Outerwear": (
            Family("Jackets", ("Rain Jacket", "Field Jacket", "Quilted Jacket"),
                   ("three-layer laminate", "waxed cotton", "recycled polyester"), CLOTHES, (99, 389), (350, 1200),
                   "keeps the wind out and lets the warmth of a climb escape"),
            Family("Vests", ("Down Vest", "Fleece Vest"), ("responsible down", "recycled fleece"), CLOTHES,
                   (59, 199), (220, 480), "warms the core and leaves the arms free"),
        ),
        "Footwear": (
            Family("Boots", ("Hiking Boot", "Chelsea Boot", "Winter Boot"),
                   ("full-grain leather", "nubuck", "suede"), SHOES, (119, 329), (780, 1600),
                   "can be resoled and gets better with age"),
            Family("Sneakers", ("Court Sneaker", "Running Shoe", "Canvas Sneaker"),
                   ("knitted mesh", "canvas", "suede"), SHOES, (59, 179), (420, 780),
                   "feels broken in on the first day"),
        ),
    },
    "Home": {
        "Kitchen": (
            Family("Cookware", ("Frying Pan", "Sauté Pan", "Casserole"),
                   ("cast iron", "carbon steel", "five-ply steel"), PANS, (35, 249), (900, 5200),
                   "heats evenly and goes from the stove into the oven"),
            Family("Drinkware", ("Insulated Bottle", "Travel Mug", "Carafe"),
                   ("stainless steel", "borosilicate glass", "stoneware"), BOTTLES, (15, 59), (180, 620),
                   "keeps drinks hot until noon and cold until evening"),
            Family("Knives", ("Chef's Knife", "Paring Knife", "Bread Knife"),
                   ("high-carbon steel", "stainless steel"), ONE_SIZE, (29, 219), (70, 290),
                   "holds its edge and sits well in the hand"),
        ),
        "Bedroom": (
            Family("Bedding", ("Duvet Cover", "Bed Linen Set", "Bedspread"),
                   ("washed linen", "percale cotton", "flannel"), BEDS, (49, 229), (800, 2400),
                   "breathes in summer and warms in winter"),
            Family("Blankets", ("Throw", "Wool Blanket", "Picnic Blanket"), ("lambswool", "recycled wool", "cotton"),
                   ("130 × 180 cm", "150 × 210 cm"), (39, 189), (600, 1800),
                   "is woven slowly and lasts for decades"),
        ),
        "Lighting": (
            Family("Table Lamps", ("Desk Lamp", "Bedside Lamp", "Reading Lamp"),
                   ("brushed brass", "oak", "powder-coated steel"), ONE_SIZE, (39, 259), (700, 3100),
                   "throws a warm light where it is needed and nowhere else"),
            Family("Pendant Lights", ("Pendant Light", "Lantern Pendant"),
                   ("mouth-blown glass", "paper", "spun aluminium"), SHADES, (59, 389), (500, 4200),
                   "hangs quietly over the table and glows after dark"),
        ),
    },
    "Work": {
        "Desk": (
            Family("Desk Accessories", ("Desk Tray", "Pen Stand", "Monitor Riser"),
                   ("walnut", "oak", "felt", "powder-coated steel"), ONE_SIZE, (15, 149), (150, 2600),
                   "clears the desk and keeps what is needed at hand"),
            Family("Notebooks", ("Notebook", "Sketchbook", "Planner"),
                   ("stone paper", "recycled paper", "cotton paper"), ("A6", "A5", "A4"), (7, 39), (110, 620),
                   "lies flat on any page and takes ink without bleeding"),
        ),
        "Sound": (
            Family("Headphones", ("Over-Ear Headphones", "Earbuds", "Studio Headphones"),
                   ("aluminium", "recycled plastic"), ONE_SIZE, (49, 399), (40, 340),
                   "leaves the office outside and the music inside"),
            Family("Speakers", ("Shelf Speaker", "Travel Speaker", "Soundbar"),
                   ("walnut", "woven fabric", "recycled plastic"), ONE_SIZE, (59, 599), (480, 5400),
                   "fills a room without shouting"),
        ),
    },
}
# fmt: on

BRANDS = (
    "Varnholt", "Tamberwick", "Ostrelle", "Kibbermoor", "Lunderby", "Quillmark", "Sorrelane", "Wexhollow", "Brindlefen",
    "Haldenwick", "Marrowby", "Tesselgate", "Ulverdale", "Corriander & Sons", "Fennimoor", "Gadderstone", "Jorvelle",
    "Nettlebank", "Pellworth", "Rookhaven Mill", "Skarvik Works", "Thistlemere", "Umberfold", "Yarrowgate",
)  # fmt: skip
SERIES = (
    "Alder", "Aspen", "Basalt", "Birch", "Bramble", "Cairn", "Cedar", "Cinder", "Cobble", "Delta", "Dune", "Ember",
    "Fathom", "Fern", "Fjell", "Gale", "Glade", "Granite", "Harbour", "Hazel", "Heron", "Isle", "Juniper", "Kestrel",
    "Lark", "Ledge", "Linden", "Lupin", "Marsh", "Meridian", "Moraine", "Nimbus", "Osprey", "Pebble", "Pine", "Plover",
    "Quarry", "Ridge", "Rowan", "Sable", "Saffron", "Shoal", "Sorrel", "Spruce", "Summit", "Tarn", "Tern", "Thicket",
    "Tidal", "Tundra", "Vale", "Verge", "Willow", "Wren", "Zephyr",
)  # fmt: skip
COLORS = (
    "Black", "Charcoal", "Chestnut", "Clay", "Cream", "Forest", "Indigo", "Moss", "Mustard", "Navy", "Ochre", "Rust",
    "Sand", "Slate", "Stone", "Teal",
)  # fmt: skip
OPENINGS = (
    "The {name} {promise}.",
    "Made of {material}, the {name} {promise}.",
    "A {noun} for every day: it {promise}.",
)
DETAILS = (
    "Its {material} comes from suppliers that are named on the label.",
    "Every part that wears can be replaced.",
    "It is made in small runs and checked by hand.",
    "It arrives in a box without plastic.",
    "Seams and edges are finished twice where it matters.",
    "The colour goes all the way through and does not fade.",
    "It was tried for a year before it was sold.",
)
CLOSINGS = (
    "Two years of guarantee.",
    "Repairs for ten years.",
    "Designed by {brand} for people who keep things.",
    "Part of the {series} series by {brand}.",
)
