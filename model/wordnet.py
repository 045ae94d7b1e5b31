"""Maps the labels to ImageNet's classes by WordNet 3.0 (Debian's wordnet-base), whose noun offsets are ImageNet's identifiers."""

from pathlib import Path

DICTIONARY = Path("/usr/share/wordnet")
HYPONYM = ("~", "~i")
# Labels whose senses in WordNet are other things, or too wide ones.
AMBIGUOUS = {
    "animal migration",
    "arm",
    "bat",
    "bush",
    "calculator",
    "circle",
    "crane",
    "ear",
    "eye",
    "finger",
    "foot",
    "garden",
    "hand",
    "hockey stick",
    "jacket",
    "key",
    "knee",
    "leg",
    "line",
    "map",
    "marker",
    "mouse",
    "mouth",
    "nose",
    "person",
    "plate",
    "pole",
    "pool",
    "present",
    "projectile",
    "saw",
    "square",
    "star",
    "stereo",
    "string bean",
    "toe",
}
# Labels that are one of ImageNet's classes under another name.
CLASS_NAMES = {
    "alarm clock": ["analog_clock"],
    "beaver": ["beaver"],
    "blimp": ["airship"],
    "cake": ["trifle"],
    "cell phone": ["cellular_telephone"],
    "chain": ["chain"],
    "coffee cup": ["coffee_mug", "espresso"],
    "cow": ["ox"],
    "cruise ship": ["liner"],
    "cup": ["coffee_mug"],
    "deer": ["impala", "gazelle"],
    "drums": ["drum"],
    "fan": ["electric_fan"],
    "firetruck": ["fire_engine"],
    "flip flops": ["sandal"],
    "floor lamp": ["table_lamp"],
    "harmonica": ["harmonica"],
    "hot air balloon": ["balloon"],
    "house": ["mobile_home"],
    "ice cream": ["ice_cream"],
    "jack-o-lantern": ["jack-o'-lantern"],
    "light bulb": ["spotlight"],
    "mug": ["coffee_mug"],
    "mushroom": ["mushroom", "agaric"],
    "nail": ["nail"],
    "pants": ["jean"],
    "plunger": ["plunger"],
    "police car": ["police_van"],
    "purse": ["purse", "wallet"],
    "radio": ["radio"],
    "ray": ["stingray", "electric_ray"],
    "sailboat": ["yawl", "catamaran", "trimaran"],
    "school bus": ["school_bus"],
    "scorpion": ["scorpion"],
    "seal": ["sea_lion"],
    "shorts": ["swimming_trunks"],
    "slug": ["slug"],
    "speedboat": ["speedboat"],
    "stop sign": ["street_sign"],
    "suitcase": ["mailbag"],
    "swing set": ["swing"],
    "t-shirt": ["jersey"],
    "teddy-bear": ["teddy"],
    "thatch": ["thatch"],
    "van": ["minivan", "moving_van"],
    "wine glass": ["goblet"],
    "wristwatch": ["digital_watch"],
}


def nouns():
    """Synsets by offset ({words, hyponyms}) and the senses of each noun, commonest first."""
    synsets, senses = {}, {}
    for line in (DICTIONARY / "data.noun").read_text(encoding="latin-1").splitlines():
        if line.startswith("  "):
            continue
        fields = line.split("|")[0].split()
        count = int(fields[3], 16)
        pointers = fields[4 + 2 * count :]
        below = [
            pointers[1 + 4 * n + 1]
            for n in range(int(pointers[0]))
            if pointers[1 + 4 * n] in HYPONYM and pointers[1 + 4 * n + 2] == "n"
        ]
        synsets[fields[0]] = ([word.lower() for word in fields[4 : 4 + 2 * count : 2]], below)
    for line in (DICTIONARY / "index.noun").read_text(encoding="latin-1").splitlines():
        if not line.startswith("  "):
            fields = line.split()
            count = int(fields[2])
            senses[fields[0]] = fields[-count:]
    return synsets, senses


def classes_of_labels(labels, classes) -> dict:
    """For each label the positions in `classes` ("n02085620_Chihuahua") that belong to it: {label: [positions]}, without labels that have none."""
    synsets, senses = nouns()
    place = {name.split("_")[0].lstrip("n"): n for n, name in enumerate(classes)}
    names = {name.split("_", 1)[1]: n for n, name in enumerate(classes)}

    def below(offset, seen):
        if offset in seen:
            return set()
        seen.add(offset)
        found = {place[offset]} if offset in place else set()
        for child in synsets[offset][1]:
            found |= below(child, seen)
        return found

    result = {}
    for label in labels:
        given = [names[name] for name in CLASS_NAMES.get(label, []) if name in names]
        if given:
            result[label] = sorted(given)
        if given or label in AMBIGUOUS:
            continue
        for sense in senses.get(label.replace(" ", "_").lower(), [])[:2]:
            found = below(sense, set())
            if found:
                result[label] = sorted(found)
                break
    return result
