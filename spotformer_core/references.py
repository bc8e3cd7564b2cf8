"""The one table of works that docstrings and comments cite as `[Key]`: authors, title, venue, year."""

from typing import Final

REFERENCES: Final[dict[str, str]] = {
    "Cochran1977": "William G. Cochran: Sampling Techniques. 3rd edition, Wiley, 1977.",
    "Deng2024": "Yicheng Deng, Hideaki Hayashi, Hajime Nagahara: SpotFormer: Multi-Scale Spatio-Temporal Transformer "
    "for Facial Expression Spotting. arXiv:2407.20799, 2024.",
    "Farneback2003": "Gunnar Farnebäck: Two-Frame Motion Estimation Based on Polynomial Expansion. Scandinavian "
    "Conference on Image Analysis (SCIA), 2003.",
    "He2023": "Erheng He, Qianru Chen, Qinghua Zhong: SL-Swin: A Transformer-Based Deep Learning Approach for Macro- "
    "and Micro-Expression Spotting on Small-Size Expression Datasets. Electronics, 2023.",
    "Hesterberg2015": "Tim C. Hesterberg: What Teachers Should Know About the Bootstrap: Resampling in the "
    "Undergraduate Statistics Curriculum. The American Statistician, 2015.",
    "Khosla2020": "Prannay Khosla, Piotr Teterwak, Chen Wang, Aaron Sarna, Yonglong Tian, Phillip Isola, Aaron "
    "Maschinot, Ce Liu, Dilip Krishnan: Supervised Contrastive Learning. Advances in Neural Information Processing "
    "Systems (NeurIPS), 2020.",
    "Kroeger2016": "Till Kroeger, Radu Timofte, Dengxin Dai, Luc Van Gool: Fast Optical Flow Using Dense Inverse "
    "Search. European Conference on Computer Vision (ECCV), 2016.",
    "Lin2017": "Tsung-Yi Lin, Priya Goyal, Ross Girshick, Kaiming He, Piotr Dollár: Focal Loss for Dense Object "
    "Detection. IEEE International Conference on Computer Vision (ICCV), 2017.",
    "Liong2023": "Gen-Bing Liong, John See, Chee Seng Chan: Spot-then-Recognize: A Micro-Expression Analysis Network "
    "for Seamless Evaluation of Long Videos. Signal Processing: Image Communication, 2023.",
    "Liu2015": "Yong-Jin Liu, Jin-Kai Zhang, Wen-Jing Yan, Su-Jing Wang, Guoying Zhao, Xiaolan Fu: A Main Directional "
    "Mean Optical Flow Feature for Spontaneous Micro-Expression Recognition. IEEE Transactions on Affective Computing, "
    "2015.",
    "Miller1974": "Rupert G. Miller: The Jackknife - A Review. Biometrika, 1974.",
    "Moilanen2014": "Antti Moilanen, Guoying Zhao, Matti Pietikäinen: Spotting Rapid Facial Movements from Videos "
    "Using Appearance-Based Feature Difference Analysis. International Conference on Pattern Recognition (ICPR), 2014.",
    "Tsamardinos2018": "Ioannis Tsamardinos, Elissavet Greasidou, Giorgos Borboudakis: Bootstrapping the Out-of-Sample "
    "Predictions for Efficient and Accurate Cross-Validation. Machine Learning, 2018.",
}
