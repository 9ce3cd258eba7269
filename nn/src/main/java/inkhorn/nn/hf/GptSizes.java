package inkhorn.nn.hf;

import inkhorn.autograd.Scope;
import inkhorn.nn.Gpt;
import inkhorn.nn.GptConfig;
import inkhorn.nn.Position;
import inkhorn.nn.config.Records;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The sizes in the keys of a GPT, held against the tensors of a file before anything of these sizes is made.
 *
 * @param architecture whose files they are
 * @param tokens the token table's name
 * @param positions that of a table of positions; a file may be without one
 * @param block names of a block's tensors, with or without the prefix; its group is the block's number
 * @param vocabKey the keys of the sizes
 */
record GptSizes(Architecture architecture, String tokens, String positions, Pattern block, String vocabKey,
        String channelsKey, String layersKey) {
    /** Blocks that a file may lack for its missing tensors to be listed. */
    private static final int MOST_BLOCKS_LISTED = 200;

    /** Where a config has other sizes than a file's tensors, by name. */
    List<String> misfits(GptConfig gpt, Map<String, int[]> file) {
        List<String> wrong = new ArrayList<>();
        String positionsKey = architecture.blockSizeKey();
        double table = gpt.blockSize() * switch (gpt.position()) {
            case LEARNED, SINUSOIDAL -> (double) gpt.nEmbd();
            case ROPE -> gpt.rotated();
            case ALIBI -> 0;
        };
        size(wrong, file, vocabKey + " and " + channelsKey, tokens, gpt.vocabSize(), gpt.nEmbd());
        boolean stored = size(wrong, file, positionsKey + " and " + channelsKey, positions, gpt.blockSize(),
                gpt.nEmbd());
        if (gpt.position() != Position.LEARNED && !stored && table > HuggingFace.LARGEST_TABLE) {
            wrong.add(positionsKey + " is " + gpt.blockSize() + " with " + channelsKey + " " + gpt.nEmbd()
                    + ", and a table of " + Records.word(gpt.position()) + " positions has at most "
                    + HuggingFace.LARGEST_TABLE + " numbers");
        }
        long blocks = file.keySet().stream().map(block::matcher).filter(Matcher::matches)
                .map(matcher -> matcher.group(1)).distinct().count();
        if (gpt.nLayer() > blocks) {
            wrong.add(layersKey + " is " + gpt.nLayer() + ", but model.safetensors has " + blocks
                    + (blocks == 1 ? " block" : " blocks"));
        }
        boolean isListed = !wrong.isEmpty() && gpt.nLayer() <= blocks + MOST_BLOCKS_LISTED
                && (gpt.position() == Position.LEARNED || table <= HuggingFace.LARGEST_TABLE);
        return isListed ? withTensors(wrong, gpt, file) : wrong;
    }

    /** Adds every tensor of the file that does not fit the config. */
    private List<String> withTensors(List<String> wrong, GptConfig gpt, Map<String, int[]> file) {
        try (Scope shapes = Scope.openOnShapes()) {
            FileLayout layout = new FileLayout(architecture, new Gpt(gpt));
            wrong.addAll(layout.mismatches(layout.named(file)));
        } catch (IllegalArgumentException e) {
            // Sizes that no array can have: they are named already.
        }
        return wrong;
    }

    /** Whether the file has the tensor; with another shape, that is wrong. */
    private boolean size(List<String> wrong, Map<String, int[]> file, String keys, String name, int... described) {
        String held = file.containsKey(name) ? name : name.substring(architecture.prefix().length());
        int[] shape = file.get(held);
        if (shape != null && !Arrays.equals(shape, described)) {
            wrong.add(keys + " are " + joined(described, " and ") + ", but " + held + " in model.safetensors is "
                    + joined(shape, " x "));
        }
        return shape != null;
    }

    private static String joined(int[] sizes, String between) {
        return Arrays.stream(sizes).mapToObj(String::valueOf).collect(Collectors.joining(between));
    }
}
