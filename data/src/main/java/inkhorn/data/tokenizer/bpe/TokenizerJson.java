package inkhorn.data.tokenizer.bpe;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import inkhorn.data.DataException;
import inkhorn.data.files.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Hugging Face's {@code tokenizer.json} for a byte-level BPE in GPT-2's layout: {@code model.vocab},
 * {@code model.merges}, {@code added_tokens}. What would give other ids than that layout is refused, not overlooked; a
 * post-processor is left out, as it adds tokens only where a caller asks for them.
 */
final class TokenizerJson {
    private final JsonNode root;
    private final JsonNode model;
    /** By id; null where no token has been met yet. */
    private final List<byte[]> tokens = new ArrayList<>();
    private final Map<String, Integer> special = new LinkedHashMap<>();
    private final Map<String, Integer> ids = new HashMap<>();

    private TokenizerJson(JsonNode root) {
        this.root = root;
        this.model = root.path("model");
    }

    /** Equal vocabularies give equal bytes. */
    static byte[] write(BpeVocabulary vocabulary) {
        ObjectNode root = Json.MAPPER.createObjectNode();
        root.put("version", "1.0").putNull("truncation").putNull("padding");
        ArrayNode added = root.putArray("added_tokens");
        vocabulary.special().forEach((text, id) -> added.addObject().put("id", id).put("content", text)
                .put("single_word", false)
                .put("lstrip", false).put("rstrip", false).put("normalized", false).put("special", true));
        root.putNull("normalizer");
        root.putObject("pre_tokenizer").put("type", "ByteLevel").put("add_prefix_space", false)
                .put("trim_offsets", true).put("use_regex", true);
        root.putNull("post_processor");
        root.putObject("decoder").put("type", "ByteLevel").put("add_prefix_space", true).put("trim_offsets", true)
                .put("use_regex", true);
        ObjectNode model = root.putObject("model").put("type", "BPE").putNull("dropout").putNull("unk_token")
                .putNull("continuing_subword_prefix").putNull("end_of_word_suffix").put("fuse_unk", false)
                .put("byte_fallback", false);
        ObjectNode vocab = model.putObject("vocab");
        for (int id = 0; id < vocabulary.size(); id++) {
            String text = new String(vocabulary.token(id), StandardCharsets.UTF_8);
            boolean isSpecial = vocabulary.special().getOrDefault(text, -1) == id;
            vocab.put(isSpecial ? text : ByteLevel.spell(vocabulary.token(id)), id);
        }
        ArrayNode merges = model.putArray("merges");
        for (int rank = 0; rank < vocabulary.merges(); rank++) {
            merges.add(ByteLevel.spell(vocabulary.token(vocabulary.left(rank))) + " "
                    + ByteLevel.spell(vocabulary.token(vocabulary.right(rank))));
        }
        return Json.bytes(root);
    }

    /** @throws DataException without a file name, which the caller puts in front */
    static BpeVocabulary read(JsonNode root) {
        TokenizerJson file = new TokenizerJson(root);
        file.requireLayout();
        file.readSpecial();
        file.readVocabulary();
        BpeVocabulary vocabulary = BpeVocabulary.ofTokens(file.tokens, file.special);
        file.requireBytes();
        file.readMerges(vocabulary);
        return vocabulary;
    }

    private void requireLayout() {
        requireValue("model.type", model.path("type"), "BPE");
        Stream.of("dropout", "continuing_subword_prefix", "end_of_word_suffix", "ignore_merges")
                .forEach(absent -> requireAbsent("model." + absent, model.path(absent)));
        requireAbsent("normalizer", root.path("normalizer"));
        JsonNode before = root.path("pre_tokenizer");
        requireValue("pre_tokenizer.type", before.path("type"), "ByteLevel");
        requireAbsent("pre_tokenizer.add_prefix_space", before.path("add_prefix_space"));
        if (!before.path("use_regex").asBoolean(true)) {
            throw foreign("pre_tokenizer.use_regex is false");
        }
    }

    private static void requireValue(String key, JsonNode found, String wanted) {
        if (!found.asText("").equals(wanted)) {
            throw foreign(key + " is " + (found.isMissingNode() ? "missing" : found) + ", expected \"" + wanted + '"');
        }
    }

    /** Missing, null, false, empty or zero all say that it is not used. */
    private static void requireAbsent(String key, JsonNode found) {
        boolean isUsed = found.isContainerNode() ? !found.isEmpty() : found.isTextual() ? !found.textValue().isEmpty()
                : found.isBoolean() ? found.booleanValue() : found.isNumber() && found.doubleValue() != 0;
        if (isUsed) {
            throw foreign(key + " is " + shortened(found));
        }
    }

    private void readSpecial() {
        for (JsonNode token : root.path("added_tokens")) {
            String content = token.path("content").asText("");
            int id = token.path("id").isInt() ? token.path("id").intValue() : -1;
            if (content.isEmpty() || id < 0) {
                throw damaged("added_tokens has " + shortened(token)
                        + ", expected a \"content\" and an \"id\" of at least 0");
            }
            for (String option : new String[] {"single_word", "lstrip", "rstrip"}) {
                requireAbsent("added_tokens: " + option + " of \"" + content + "\"", token.path(option));
            }
            if (special.putIfAbsent(content, id) != null) {
                throw damaged("added_tokens has \"" + content + "\" twice");
            }
        }
    }

    private void readVocabulary() {
        JsonNode vocab = model.path("vocab");
        if (!vocab.isObject() || vocab.isEmpty()) {
            throw damaged("model.vocab must be an object of tokens and their ids");
        }
        for (Iterator<Map.Entry<String, JsonNode>> all = vocab.fields(); all.hasNext(); ) {
            Map.Entry<String, JsonNode> each = all.next();
            String text = each.getKey();
            int id = each.getValue().isInt() ? each.getValue().intValue() : -1;
            if (special.getOrDefault(text, id) != id) {
                throw damaged("\"" + text + "\" has id " + id + " in model.vocab and " + special.get(text)
                        + " in added_tokens");
            }
            if (special.containsKey(text)) {
                continue;
            }
            byte[] bytes = ByteLevel.read(text);
            if (bytes == null) {
                throw foreign("model.vocab has \"" + text + "\", which does not spell bytes");
            }
            put(id, text, bytes, vocab.size() + special.size());
            ids.put(text, id);
        }
        special.forEach((text, id) -> put(id, text, text.getBytes(StandardCharsets.UTF_8), vocab.size()
                + special.size()));
        int hole = tokens.indexOf(null);
        if (hole >= 0) {
            throw damaged("no token has id " + hole + ", though the highest is " + (tokens.size() - 1));
        }
    }

    private void put(int id, String text, byte[] bytes, int most) {
        if (id < 0 || id >= most) {
            throw damaged("token \"" + text + "\" has id " + id + ", expected 0 to " + (most - 1));
        }
        while (tokens.size() <= id) {
            tokens.add(null);
        }
        if (tokens.set(id, bytes) != null) {
            throw damaged("two tokens have id " + id + ", one of them \"" + text + '"');
        }
    }

    /** Without each of the 256 there would be texts that have no ids. */
    private void requireBytes() {
        for (int b = 0; b < 256; b++) {
            String spelled = ByteLevel.spell(new byte[] {(byte) b});
            if (!ids.containsKey(spelled)) {
                throw damaged(String.format("model.vocab lacks \"%s\", the byte 0x%02X", spelled, b));
            }
        }
    }

    private void readMerges(BpeVocabulary vocabulary) {
        JsonNode merges = model.path("merges");
        if (!merges.isArray()) {
            throw damaged("model.merges must be a list");
        }
        for (int i = 0; i < merges.size(); i++) {
            JsonNode merge = merges.get(i);
            // Made only for a message: GPT-2's has 50,000 merges.
            int index = i;
            Supplier<String> where = () -> "model.merges[" + index + "] is " + shortened(merge);
            String[] pair = merge.isTextual() ? merge.textValue().split(" ", -1)
                    : merge.size() == 2 ? new String[] {merge.get(0).asText(), merge.get(1).asText()} : new String[0];
            if (pair.length != 2) {
                throw damaged(where.get() + ", expected two tokens, as \"a b\" or [\"a\",\"b\"]");
            }
            int left = known(pair[0], where);
            int right = known(pair[1], where);
            if (!vocabulary.addMerge(left, right, known(pair[0] + pair[1], where))) {
                throw damaged(where.get() + ", which appears there twice");
            }
        }
    }

    private int known(String token, Supplier<String> where) {
        Integer id = ids.get(token);
        if (id == null) {
            throw damaged(where.get() + ", but model.vocab has no \"" + token + '"');
        }
        return id;
    }

    private static String shortened(JsonNode node) {
        String text = node.toString();
        return text.length() <= 80 ? text : text.substring(0, 77) + "...";
    }

    private static DataException damaged(String what) {
        return new DataException(what + "; the file is damaged, copy it again");
    }

    private static DataException foreign(String what) {
        return new DataException(what
                + "; only a byte-level BPE in GPT-2's layout can be read: give the tokenizer.json of such a one, "
                + "or train one with data.tokenizer: bpe");
    }
}
