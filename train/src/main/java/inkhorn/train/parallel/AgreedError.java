package inkhorn.train.parallel;

import inkhorn.config.UserError;
import java.util.List;

/** A user error that all processes of a training find at the same point, so that only one of them has to report it. */
public final class AgreedError extends UserError {

    private static final long serialVersionUID = 1;

    /** One line a problem. */
    public AgreedError(List<String> lines) {
        super(lines);
    }
}
