"""A model's weights on disk, with the metadata about its training beside them.

Article, "saving and loading the model". `NAME.pth` is a plain state_dict, so the article's loading
code reads ours and ours reads the article's; `NAME.json` holds the metadata. A file that is called
`NAME.safetensors` is written in that format, with the metadata inside. Files from elsewhere are
read as people have them: as `nn.DataParallel` and `torch.compile` name the weights, in a dict with
other things, in half precision, from a GPU.

`metadata`     what is worth keeping about a run, written and read again
`recognition`  which network has weights of these names and shapes
`files`        the files themselves
"""

from mnist_core.checkpoints.files import (
    MAX_BYTES,
    SAFETENSORS,
    SHIPPED,
    SHIPPED_CNN,
    Checkpoint,
    load_checkpoint,
    metadata_path,
    save_calibration,
    save_checkpoint,
)
from mnist_core.checkpoints.metadata import (
    describe_average,
    describe_run,
    describe_taught,
    read_run,
)
from mnist_core.checkpoints.recognition import CheckpointError

__all__ = [
    "MAX_BYTES",
    "SAFETENSORS",
    "SHIPPED",
    "SHIPPED_CNN",
    "Checkpoint",
    "CheckpointError",
    "describe_average",
    "describe_run",
    "describe_taught",
    "load_checkpoint",
    "metadata_path",
    "read_run",
    "save_calibration",
    "save_checkpoint",
]
